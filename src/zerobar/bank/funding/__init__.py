"""Money between wallets and bank cards: binding, exchange, saving, topping up a shortfall."""
