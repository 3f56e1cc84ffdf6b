"""Finds the packages. The folder `models/` at the top is installed as `analyzer.models`, which a TOML table cannot say."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["analyzer", "analyzer.*"]), "analyzer.models"],
    package_dir={"analyzer.models": "models"},
)
