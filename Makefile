# Front of the Meson build. `make help` lists what there is.
BUILD ?= build
TYPE ?= debugoptimized
BENCH ?= all
FUZZ ?= $(patsubst fuzz/fuzz_%.c,%,$(wildcard fuzz/fuzz_*.c))
FUZZ_TIME ?= 60
NINJA = ninja -C $(BUILD)

.PHONY: all build demo check long proofs bench docs fuzz asan tsan clang format format-check packages install clean help

all: build

$(BUILD)/build.ninja: | packages
	meson setup $(BUILD) --buildtype=$(TYPE) $(SETUP)

build: $(BUILD)/build.ninja
	$(NINJA)

packages:
	@tools/install-packages.sh

demo: packages build
	examples/demo.sh $(BUILD)

check: packages build
	meson test -C $(BUILD) --print-errorlogs --suite short --timeout-multiplier 10 --suite docs

long: build
	meson test -C $(BUILD) --print-errorlogs --suite long --timeout-multiplier 0

proofs: build
	meson test -C $(BUILD) --print-errorlogs --suite proofs

bench: build
	$(BUILD)/bench/skep-bench --area $(BENCH) --json build/bench.json

docs: build
	$(BUILD)/docs/skep-support >docs/support.md

# Each target of FUZZ for FUZZ_TIME seconds. What is found goes to build-fuzz/corpus, and crashes to build-fuzz.
fuzz: packages
	[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dfuzzer=true -Db_sanitize=address,undefined -Db_lundef=false
	ninja -C build-fuzz $(addprefix fuzz/fuzz_,$(FUZZ))
	for target in $(FUZZ); do \
		mkdir -p build-fuzz/corpus/$$target && \
		nice build-fuzz/fuzz/fuzz_$$target -max_total_time=$(FUZZ_TIME) -artifact_prefix=build-fuzz/ -verbosity=0 \
			-print_final_stats=1 build-fuzz/corpus/$$target fuzz/corpus/$$target || exit 1; \
	done

# An undefined operation ends the test that made it.
asan:
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 $(MAKE) check BUILD=build-asan SETUP='-Db_sanitize=address,undefined -Db_lundef=false'

tsan:
	$(MAKE) check BUILD=build-tsan SETUP='-Db_sanitize=thread -Db_lundef=false'

clang:
	CC=clang $(MAKE) check BUILD=build-clang

format:
	git ls-files '*.[ch]' | xargs clang-format -i

format-check:
	git ls-files '*.[ch]' | xargs clang-format --dry-run -Werror

install: build
	meson install -C $(BUILD)

clean:
	rm -rf build build-asan build-tsan build-clang build-fuzz

help:
	@echo 'make demo      install what is missing, build, run the socket filter on live loopback traffic'
	@echo 'make check     install what is missing, build, pass the tests'
	@echo 'make long      the long tests: random programs, stress, fuzzing'
	@echo 'make proofs    the verifier'"'"'s number domain proved by a solver; about five minutes'
	@echo 'make bench     measure; BENCH=compute|maps|... for one area; results in build/bench.json'
	@echo 'make asan      the tests with AddressSanitizer and UBSan; also: tsan, clang'
	@echo 'make docs      docs/support.md from the tables'
	@echo 'make fuzz      fuzz with libFuzzer; FUZZ=insn for one target, FUZZ_TIME=seconds each'
	@echo 'make format    clang-format in place; format-check: fail if something would change'
	@echo 'make install   into the prefix that meson was set up with (meson configure build -Dprefix=DIR)'
