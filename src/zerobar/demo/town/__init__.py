"""Everybody as programs of their own: institutions, phones, tills, and the cards in them."""
