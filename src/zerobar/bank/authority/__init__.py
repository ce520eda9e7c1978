"""The authority: operators, their reserves, issuing and redeeming digital cash, the supply."""
