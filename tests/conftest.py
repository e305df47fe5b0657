"""What every test has in common."""

from hypothesis import HealthCheck, settings

# The fast suite is a specification: the same examples on every machine. `make test-long` looks for new ones.
settings.register_profile(
    "specification", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("specification")
