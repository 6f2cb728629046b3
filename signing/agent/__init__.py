"""The key agent: a stand-alone program on the loopback address that alone ever holds private keys.

It stands in for what a signer has in life (a USB token, an HSM, a remote signing service): the registry asks
for certificates, opens a session with a PIN for a stated number of signatures, and sends digests. Keys lie in
PKCS#8 files encrypted with the PIN: for demo and tests, since a file does not protect a short PIN as the chip
of a token does.
"""
