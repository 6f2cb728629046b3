"""A public key infrastructure for demo and tests: every name in it says "BẢN MẪU".

It imitates what Viet Nam has (a government CA for organisations, licensed public CAs for persons, timestamp
authorities) so that the road from a PIN to a verified file is walked whole, with nothing outside the machine.
"""
