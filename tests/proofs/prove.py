#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Proves the claims of claims_*.c about the scalar domain.

clang compiles each file with the sources that ship, optimised; every claim becomes one function without memory, loops or
calls. smt.py says what it computes, and z3 is asked for arguments that make it return false. "Proved" means that there
are none, of any width up to 64 bits.

With --mutants the sources are changed as mutants.txt says, one mistake at a time, and a claim must fail for each: a
proof that cannot fail is worth nothing.
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import ir
import smt

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FILES = ['tnum', 'sync', 'alu', 'branch', 'small']
CFLAGS = ['-std=gnu11', '-O2', '-fno-vectorize', '-fno-slp-vectorize', '-fno-jump-tables', '-mllvm', '-inline-threshold=1000000', '-mllvm',
          '-unroll-threshold=1000000', '-D_GNU_SOURCE', '-w', '-S', '-emit-llvm', '-o', '-']


def compile_claims(options, name, source):
    """The claims of claims_NAME.c, with the sources under source."""
    command = [options.clang, *CFLAGS, '-I' + source, '-I' + os.path.join(ROOT, 'src'), '-I' + os.path.join(ROOT, 'include'),
               '-I' + HERE, os.path.join(HERE, 'claims_%s.c' % name)]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return ir.parse(text, 'claim_')


def ask(options, function):
    """('proved' | 'refuted' | 'unknown' | 'unsupported', detail, seconds of the solver on a CPU)"""
    translation = smt.Translation(function)
    try:
        text = translation.run()
    except ir.Unsupported as error:
        return 'unsupported', str(error), 0
    names = ' '.join('v' + name[1:] for _, name in function.params)
    query = '(set-logic QF_BV)\n%s\n(assert (not ret))\n(check-sat)\n(get-value (%s))\n' % (text, names)
    if options.dump:
        with open(os.path.join(options.dump, function.name + '.smt2'), 'w') as file:
            file.write(query)
    solver = subprocess.Popen([options.z3, '-in', '-T:%d' % options.timeout], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True)
    solver.stdin.write(query)
    solver.stdin.close()
    answer = solver.stdout.read()
    _, status, usage = os.wait4(solver.pid, 0)
    solver.returncode = status
    seconds = usage.ru_utime + usage.ru_stime
    if answer.startswith('unsat'):
        return 'proved', '', seconds
    if answer.startswith('sat'):
        values = re.findall(r'#x[0-9a-f]+|#b[01]+', answer)
        return 'refuted', ' '.join(value.replace('#', '0') for value in values), seconds
    return 'unknown', answer.strip().splitlines()[0] if answer.strip() else '', seconds


def prove(options):
    jobs = []
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name in options.files:
            for function in compile_claims(options, name, os.path.join(ROOT, 'src')):
                claim = name + '.' + function.name[len('claim_'):]
                if not options.claims or any(re.fullmatch(pattern, claim) for pattern in options.claims):
                    jobs.append((claim, pool.submit(ask, options, function)))
        failed, work = 0, 0
        for claim, job in jobs:
            verdict, detail, seconds = job.result()
            failed += verdict != 'proved'
            work += seconds
            print('%-28s %-11s %6.2f s  %s' % (claim, verdict, seconds, detail), flush=True)
    print('%d claims, %d not proved, %.0f s, %.0f s of solving' % (len(jobs), failed, time.monotonic() - start, work))
    return not jobs or failed


def read_mutants():
    """[(claim, file, old, new)] of mutants.txt."""
    mutants = []
    with open(os.path.join(HERE, 'mutants.txt')) as file:
        for line in file:
            if line.strip() and not line.startswith('#'):
                mutants.append([part.strip() for part in line.split('|||')])
    return mutants


def check_mutant(options, mutant):
    claim, path, old, new = mutant
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(os.path.join(ROOT, 'src', 'verifier'), os.path.join(folder, 'verifier'))
        changed = os.path.join(folder, 'verifier', path)
        with open(changed) as file:
            text = file.read()
        if text.count(old) != 1:
            return 'stale: the text to change occurs %d times' % text.count(old), 0
        with open(changed, 'w') as file:
            file.write(text.replace(old, new))
        name, function_name = claim.split('.')
        for function in compile_claims(options, name, folder):
            if function.name == 'claim_' + function_name:
                verdict, _, seconds = ask(options, function)
                return verdict, seconds
    return 'no such claim', 0


def prove_mutants(options):
    mutants = read_mutants()
    missed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        answers = pool.map(lambda mutant: check_mutant(options, mutant), mutants)
        for (claim, path, old, new), (verdict, seconds) in zip(mutants, answers):
            missed += verdict != 'refuted'
            print('%-28s %-11s %6.2f s  %s: %s -> %s' % (claim, verdict, seconds, path, old, new), flush=True)
    print('%d mutants, %d not found' % (len(mutants), missed))
    return not mutants or missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('claims', nargs='*', help='patterns of FILE.CLAIM; all if none')
    parser.add_argument('--files', nargs='+', default=FILES, choices=FILES)
    parser.add_argument('--clang', default='clang-19')
    parser.add_argument('--z3', default='z3')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--timeout', type=int, default=600, help='seconds for a claim')
    parser.add_argument('--dump', help='folder for the formulas')
    parser.add_argument('--mutants', action='store_true')
    options = parser.parse_args()
    for tool in (options.clang, options.z3):
        if not shutil.which(tool):
            print('no ' + tool)
            return 77
    return 1 if (prove_mutants if options.mutants else prove)(options) else 0


if __name__ == '__main__':
    sys.exit(main())
