"""The warehouse's nouns as frozen values: places, orders, work, prompts, inputs, events, state."""
