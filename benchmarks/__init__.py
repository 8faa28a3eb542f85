"""How fast the models and the pages are, against peers, as ratios from one run."""
