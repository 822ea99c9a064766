"""Earlier runs: what they found, what is new since, what is gone."""
