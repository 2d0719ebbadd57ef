"""Stand-ins for providers that no test can reach: real HTTP servers on loopback.

They hold every request against the provider's published description of its interface and refuse
what does not fit. They are not the providers: what those do beyond their descriptions (carriers,
templates, delivery) is not tested here.
"""
