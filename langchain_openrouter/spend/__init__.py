"""Money: what every attempt may cost, did cost, and was allowed to cost."""
