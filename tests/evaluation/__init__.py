"""How well the bot reads and answers, measured on labelled data: `make evaluate`."""
