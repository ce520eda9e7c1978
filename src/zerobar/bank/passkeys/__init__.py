"""Passkeys (WebAuthn) of people and of staff: registering, signing in, ending them."""
