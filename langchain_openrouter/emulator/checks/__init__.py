"""What OpenRouter and its providers refuse: one home for each rule."""
