"""Our bot beside Rasa's default project, measured in one run on one machine (`make bench`)."""
