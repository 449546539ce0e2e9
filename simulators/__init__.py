"""Devices, people and central systems that speak the real protocols and know nothing of the product."""
