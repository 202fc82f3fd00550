"""For all tests: no example of Hypothesis is judged by the time that it took. Machines are slow now and then."""

from hypothesis import HealthCheck, settings

settings.register_profile("perpit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("perpit")
