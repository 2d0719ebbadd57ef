"""Handing a patient over to the people of the clinic: the offer, the request, and its delivery.

`clerk.py` offers it and asks for a way to be reached (`reach.py`), `requests.py` keeps the request
for the staff inbox, and `deliver.py` brings it by e-mail and webhook where these are set up.
"""
