"""Devices, people and central systems that speak the real protocols, without the product."""
