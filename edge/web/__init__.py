"""The pages and the JSON API on one port."""
