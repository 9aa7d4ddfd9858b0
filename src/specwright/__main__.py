"""`python -m specwright`."""

from specwright.cli import main

raise SystemExit(main())
