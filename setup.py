"""What pyproject.toml cannot say: that the top-level folder `migrations` is installed inside the studio."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[
        *find_namespace_packages(include=["engine*", "studio*", "workers*"]),
        "studio.migrations",
        "studio.migrations.versions",
    ],
    package_dir={"studio.migrations": "migrations"},
)
