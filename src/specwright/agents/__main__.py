"""The process that holds an agent: see `keeper`."""

import sys

from specwright.agents.keeper import main

main(int(sys.argv[1]), int(sys.argv[2]))
