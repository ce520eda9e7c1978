"""Backups: all of a bank in one encrypted file, put back elsewhere, and proved to be whole."""
