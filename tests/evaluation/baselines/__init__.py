"""Other people's tools on the same messages, questions and chunks, each in its own environment.

What runs elsewhere is a child process that answers JSON lines (`child.py`): `assertion.py` and
`guide.py` in `.venv-evaluation`, `diet.py` in `.venv-rasa`. Nothing of it reaches the product.
"""
