# Front of the Meson build. `make help` lists what there is.
BUILD ?= build
TYPE ?= debugoptimized
BENCH ?= all
NINJA = ninja -C $(BUILD)

.PHONY: all build demo check long bench asan tsan clang format format-check packages install clean help

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
	meson test -C $(BUILD) --print-errorlogs --suite short

long: build
	meson test -C $(BUILD) --print-errorlogs --suite long --timeout-multiplier 0

bench: build
	$(BUILD)/bench/skep-bench --area $(BENCH) --json build/bench.json

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
	rm -rf build build-asan build-tsan build-clang

help:
	@echo 'make demo      install what is missing, build, run the socket filter on live loopback traffic'
	@echo 'make check     install what is missing, build, pass the tests'
	@echo 'make long      the long tests: random programs, stress, fuzzing'
	@echo 'make bench     measure; BENCH=compute|maps|... for one area; results in build/bench.json'
	@echo 'make asan      the tests with AddressSanitizer and UBSan; also: tsan, clang'
	@echo 'make format    clang-format in place; format-check: fail if something would change'
	@echo 'make install   into the prefix that meson was set up with (meson configure build -Dprefix=DIR)'
