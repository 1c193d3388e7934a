"""`python -m helpdesk` is the command `helpdesk`."""

import sys

from helpdesk.cli import main

sys.exit(main())
