#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# demo.sh BUILD_DIR: `make demo`, once everything is built.
exec "$1/examples/skep-demo" "$1/examples/sockex1.bpf.o"
