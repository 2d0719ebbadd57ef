# make run     start the bot and print its web address (sets up whatever is missing or has changed)
# make shell   talk to it in this terminal
# make setup   environments, encoder, index and dialogue model, without starting anything
# make train   render the clinic's details into the words and train the dialogue
# make keep    keep in the repository what the readers have learnt, after their texts have changed
# make test    all tests, in both environments
# make lint    ruff and mypy
# make evaluate   how well it reads and answers, beside other tools, on the labelled cases
# make bench   our bot beside Rasa's default project: turns, start, memory
# make bench-front   the front door: what it adds, many chats at once, in a browser
# make bench-vectors   the search for vectors by size: time, memory, recall
# make lock    resolve the pins of pyproject.toml anew into requirements/
# make clean   remove everything made here, environments included
#
# A step of the setup runs only when the contents of its inputs have changed: bot/setup/steps.py.

MAKEFLAGS += --no-print-directory
include bot/setup/process.env
export $(shell sed -n 's/^\([A-Z_]*\)=.*/\1/p' bot/setup/process.env)

SETUP := python3 -m bot.setup
APP := .venv/bin/python
RASA := .venv-rasa/bin/python
# Where the system offers it: a `make` that is killed or loses its terminal takes the bot with it.
LEASH := $(if $(shell command -v setpriv),setpriv --pdeathsig TERM --)
CODE := actions bot knowledge bench tests
# What runs in both environments, and what runs in Rasa's process: checked on Python 3.10 too.
BOTH := actions/triage bot/nlu bot/policies bot/channels bot/stores bot/rasa_internals.py bot/clinic.py bot/fixed_words.py bot/wording.py knowledge/encoder.py knowledge/encoded.py
BOTH_TESTS := tests/actions/triage tests/bot/nlu tests/bot/policies tests/bot/channels tests/bot/stores tests/bot/internals tests/bot/test_clinic.py tests/bot/test_fixed_words.py tests/knowledge/test_encoder*.py
# How well messages are read is measured once: test_both_environments.py holds that both read alike.
MEASURED := test_phrases.py test_probes.py test_talk.py test_glossary.py test_learnt.py test_learnt_clauses.py

.PHONY: help run shell setup train keep test lint evaluate bench bench-front bench-vectors lock clean
.SILENT:

help:
	sed -n 's/^# make/make/p' Makefile

setup:
	$(SETUP) all

train:
	$(SETUP) train

keep:
	$(SETUP) keep

run: setup
	exec $(LEASH) $(APP) -m bot.run

shell: setup
	exec $(APP) -m bot.shell

# Most tests wait, so three run at a time; what runs in both environments is tested in Rasa's after it.
test: setup
	$(APP) -m pytest tests -n 3 --dist loadgroup --no-loadscope-reorder; ours=$$?; \
	$(RASA) -m pytest -p no:cacheprovider -p no:warnings $(MEASURED:%=--ignore=tests/bot/nlu/%) $(wildcard $(BOTH_TESTS)); exit $$((ours + $$?))

lint:
	$(SETUP) environments
	$(APP) -m ruff check $(CODE)
	$(APP) -m ruff format --check --quiet $(CODE)
	$(APP) -m mypy actions bot knowledge bench
	$(APP) -m mypy --python-executable $(RASA) --cache-dir .mypy_cache/rasa $(wildcard $(BOTH))

evaluate:
	$(SETUP) evaluation
	$(APP) -m tests.evaluation

bench: setup
	$(APP) -m bench

bench-front: setup
	$(APP) -m bench.front

bench-vectors:
	$(SETUP) environments
	$(APP) -m bench.vectors

lock:
	python3 bot/setup/environment.py lock

clean:
	rm -rf .build .venv .venv-rasa .venv-evaluation .venv-synapse .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis
