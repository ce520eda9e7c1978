"""Where a person watches and meddles: networks that go silent, fields, power, what was said."""
