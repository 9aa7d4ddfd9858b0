"""For all tests: what is drawn at random is judged by what comes out, not by when."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)  # the machine may be busy
settings.load_profile("patient")
