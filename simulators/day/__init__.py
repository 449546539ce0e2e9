"""Whole warehouse days in fast time: the product's own parts, a played world around them.

The only place that may import both sides, and imported by nobody but the command line.
"""
