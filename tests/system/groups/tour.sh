#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tour of `make run`: it checks its own steps.
#: machine a57: --timeout 180 --push tests/tour/tour

# shellcheck source-path=SCRIPTDIR/.. source=guest.sh
. /root/guest.sh

test_case tour /root/tour
test_case kernel-log log_is_clean
