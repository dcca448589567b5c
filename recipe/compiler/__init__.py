"""TEXT→PLAN: pure functions from sources to a plan. No torch, no effects beyond reading the files they are given."""
