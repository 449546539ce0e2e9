"""What pyproject.toml cannot say yet: the library that is built where there is a C compiler."""

import os

from setuptools import Extension, setup

PLAIN = ["-ffp-contract=off", "-fvisibility=hidden"]  # sums as numpy has them; its own names only
KERNEL = Extension(
    "edge.locating._kernel",
    ["edge/locating/kernel.c"],
    libraries=["m"],
    extra_compile_args=["-std=c11", "-O3", "-Wall", "-Wextra", *PLAIN],
    py_limited_api=True,
    optional=True,  # without it numpy does the same: edge/locating/kernel.py
)

setup(
    # a wheel for a machine that nothing here compiles for has no library
    ext_modules=[] if os.environ.get("WAREHOUSE_EDGE_WITHOUT_LIBRARY") else [KERNEL],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},  # it knows no Python: one for all
)
