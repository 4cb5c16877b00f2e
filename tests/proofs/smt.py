# SPDX-License-Identifier: BSD-2-Clause
"""A function of ir.py as a formula of SMT-LIB, logic QF_BV.

i1 is Bool and iN a bit vector. Arithmetic wraps, as the machine's does; a result that LLVM calls poison is what the
machine instruction gives (ctlz of 0 is the width), or, where it has no value at all, any number.
"""
import re

import ir

BINARY = {'add': 'bvadd', 'sub': 'bvsub', 'mul': 'bvmul', 'and': 'bvand', 'or': 'bvor', 'xor': 'bvxor', 'shl': 'bvshl',
          'lshr': 'bvlshr', 'ashr': 'bvashr', 'udiv': 'bvudiv', 'urem': 'bvurem', 'sdiv': 'bvsdiv', 'srem': 'bvsrem'}
LOGIC = {'and': 'and', 'or': 'or', 'xor': 'xor', 'add': 'xor', 'sub': 'xor', 'mul': 'and'}
COMPARE = {'ugt': 'bvugt', 'uge': 'bvuge', 'ult': 'bvult', 'ule': 'bvule', 'sgt': 'bvsgt', 'sge': 'bvsge', 'slt': 'bvslt',
           'sle': 'bvsle'}
FLAGS = r'(?:(?:nuw|nsw|exact|disjoint|nneg|samesign|tail|notail|musttail|fast) )*'


def width(kind):
    if not re.match(r'i\d+$', kind):
        raise ir.Unsupported('type ' + kind)
    return int(kind[1:])


def sort(kind):
    return 'Bool' if kind == 'i1' else '(_ BitVec %d)' % width(kind)


def constant(value, bits):
    return '(_ bv%d %d)' % (value % (1 << bits), bits)


def both(conditions):
    conditions = [c for c in conditions if c != 'true']
    return 'true' if not conditions else conditions[0] if len(conditions) == 1 else '(and %s)' % ' '.join(conditions)


def either(conditions):
    return 'false' if not conditions else conditions[0] if len(conditions) == 1 else '(or %s)' % ' '.join(conditions)


class Translation:
    def __init__(self, function):
        self.function = function
        self.lines = []
        self.pairs = {}  # results of with.overflow: name to (value, overflowed)
        self.free = 0
        self.edges = {}  # (from, to) to the condition that it is taken
        self.reached = {}

    def operand(self, kind, text):
        if text.startswith('%'):
            return 'v' + text[1:]
        if text in ('undef', 'poison'):
            self.free += 1
            self.lines.append('(declare-const free%d %s)' % (self.free, sort(kind)))
            return 'free%d' % self.free
        if kind == 'i1':
            return {'true': 'true', 'false': 'false', '1': 'true', '0': 'false', '-1': 'true'}[text]
        return constant(int(text), width(kind))

    def define(self, name, kind, expression):
        self.lines.append('(define-fun v%s () %s %s)' % (name, sort(kind), expression))

    def run(self):
        """SMT-LIB text with ret, the function's result, defined."""
        for kind, name in self.function.params:
            self.lines.append('(declare-const v%s %s)' % (name[1:], sort(kind)))
        returns = []
        for label in self.order():
            self.enter(label)
            block = self.function.blocks[label]
            for text in block[:-1]:
                self.instruction(label, text)
            leave = ir.terminator(block)
            if leave and leave[0] == 'ret':
                returns.append((self.reached[label], self.operand(leave[1], leave[2]), leave[1]))
                continue
            for condition, target in leave:
                taken = both([self.reached[label], self.condition(condition)])
                self.edges.setdefault((label, target), []).append(taken)
        expression = returns[-1][1]
        for reached, value, _ in reversed(returns[:-1]):
            expression = '(ite %s %s %s)' % (reached, value, expression)
        self.lines.append('(define-fun ret () %s %s)' % (sort(returns[-1][2]), expression))
        return '\n'.join(self.lines)

    def order(self):
        """Blocks, each after all that lead to it. A loop that the compiler left is an error: nothing is approximated."""
        done, path, result = set(), set(), []

        def visit(label):
            if label in path:
                raise ir.Unsupported('a loop at %' + label)
            if label in done:
                return
            path.add(label)
            leave = ir.terminator(self.function.blocks[label])
            for _, target in leave if not (leave and leave[0] == 'ret') else []:
                visit(target)
            path.remove(label)
            done.add(label)
            result.append(label)

        entry = next(iter(self.function.blocks))
        visit(entry)
        self.reached[entry] = 'true'
        return result[::-1]

    def enter(self, label):
        if label in self.reached:
            return
        incoming = [c for (_, to), taken in self.edges.items() if to == label for c in taken]
        name = 'reach_' + re.sub(r'\W', '_', label)
        self.lines.append('(define-fun %s () Bool %s)' % (name, either(incoming)))
        self.reached[label] = name

    def condition(self, condition):
        if condition is None:
            return 'true'
        if condition[0] == 'if':
            value = self.operand('i1', condition[1])
            return value if condition[2] else '(not %s)' % value
        kind = condition[1]
        value = self.operand(kind, condition[2])
        if condition[0] == 'case':
            return '(= %s %s)' % (value, self.operand(kind, condition[3]))
        return both(['(not (= %s %s))' % (value, self.operand(kind, case)) for case in condition[3]])

    def instruction(self, label, text):
        match = re.match(r'%([\w.$-]+) = (.*)$', text)
        if not match:
            if re.search(r'@llvm\.(assume|lifetime|dbg)', text):
                return
            raise ir.Unsupported(text)
        name, text = match.groups()
        text = re.sub(r'^(\w+) ' + FLAGS, r'\1 ', text)
        opcode, rest = text.split(' ', 1)
        if opcode in BINARY:
            kind, operands = rest.split(' ', 1)
            a, b = (self.operand(kind, x) for x in ir.split_commas(operands))
            self.define(name, kind, '(%s %s %s)' % ((LOGIC if kind == 'i1' else BINARY)[opcode], a, b))
        elif opcode == 'icmp':
            self.compare(name, rest)
        elif opcode == 'select':
            test, a, b = (ir.typed(x) for x in ir.split_commas(rest))
            self.define(name, a[0], '(ite %s %s %s)' % (self.operand('i1', test[1]), self.operand(*a), self.operand(*b)))
        elif opcode in ('zext', 'sext', 'trunc'):
            match = re.match(r'(i\d+) (\S+) to (i\d+)$', rest)
            self.define(name, match.group(3), self.resize(opcode, *match.groups()))
        elif opcode == 'phi':
            self.phi(label, name, rest)
        elif opcode == 'freeze':
            kind, value = ir.typed(rest)
            self.define(name, kind, self.operand(kind, value))
        elif opcode == 'extractvalue':
            match = re.match(r'.* %([\w.$-]+), (\d)$', rest)
            kind, value = self.pairs[match.group(1)][int(match.group(2))]
            self.define(name, kind, value)
        elif opcode in ('call', 'tail'):
            self.call(name, rest)
        else:
            raise ir.Unsupported(text)

    def compare(self, name, rest):
        relation, kind, operands = rest.split(' ', 2)
        a, b = (self.operand(kind, x) for x in ir.split_commas(operands))
        if relation in ('eq', 'ne'):
            expression = '(= %s %s)' % (a, b)
            self.define(name, 'i1', expression if relation == 'eq' else '(not %s)' % expression)
        elif kind == 'i1':
            raise ir.Unsupported('icmp ' + rest)
        else:
            self.define(name, 'i1', '(%s %s %s)' % (COMPARE[relation], a, b))

    def resize(self, opcode, source, value, target):
        value = self.operand(source, value)
        to = width(target)
        if opcode == 'trunc':
            if target == 'i1':
                return '(= ((_ extract 0 0) %s) #b1)' % value
            return '((_ extract %d 0) %s)' % (to - 1, value)
        if source == 'i1':
            return '(ite %s %s %s)' % (value, constant(1 if opcode == 'zext' else -1, to), constant(0, to))
        return '((_ %s %d) %s)' % ('zero_extend' if opcode == 'zext' else 'sign_extend', to - width(source), value)

    def phi(self, label, name, rest):
        kind, rest = rest.split(' ', 1)
        choices = []
        for value, origin in re.findall(r'\[ (\S+), %([\w.$-]+) \]', rest):
            if (origin, label) in self.edges:
                choices.append((either(self.edges[origin, label]), self.operand(kind, value)))
        expression = choices[-1][1]
        for taken, value in reversed(choices[:-1]):
            expression = '(ite %s %s %s)' % (taken, value, expression)
        self.define(name, kind, expression)

    def call(self, name, rest):
        match = re.search(r'@llvm\.([a-z.]+)\.i(\d+)\(', rest)
        if not match:
            raise ir.Unsupported('call ' + rest)
        intrinsic, bits = match.group(1), int(match.group(2))
        kind = 'i%d' % bits
        inside = rest[match.end():ir.matching(rest, match.end() - 1) - 1]
        values = [self.operand(*ir.typed(x)) for x in ir.split_commas(inside)]
        if intrinsic.endswith('with.overflow'):
            self.pairs[name] = self.with_overflow(intrinsic[:4], bits, *values)
        elif intrinsic in ('umin', 'umax', 'smin', 'smax'):
            less = 'bvult' if intrinsic[0] == 'u' else 'bvslt'
            a, b = values if intrinsic.endswith('min') else values[::-1]
            self.define(name, kind, '(ite (%s %s %s) %s %s)' % (less, values[0], values[1], a, b))
        elif intrinsic == 'ctlz':
            self.define(name, kind, '((_ zero_extend %d) %s)' % (bits - bits.bit_length(), self.zeros(values[0], bits)))
        elif intrinsic == 'ctpop':
            ones = ['((_ zero_extend %d) ((_ extract %d %d) %s))' % (bits - 1, i, i, values[0]) for i in range(bits)]
            self.define(name, kind, '(bvadd %s)' % ' '.join(ones))
        elif intrinsic == 'bswap':
            parts = ['((_ extract %d %d) %s)' % (i + 7, i, values[0]) for i in range(0, bits, 8)]
            self.define(name, kind, '(concat %s)' % ' '.join(parts))
        elif intrinsic in ('fshl', 'fshr'):
            amount = '((_ zero_extend %d) (bvurem %s %s))' % (bits, values[2], constant(bits, bits))
            shifted = '(%s (concat %s %s) %s)' % ('bvshl' if intrinsic == 'fshl' else 'bvlshr', *values[:2], amount)
            low = bits if intrinsic == 'fshl' else 0
            self.define(name, kind, '((_ extract %d %d) %s)' % (low + bits - 1, low, shifted))
        elif intrinsic == 'usub.sat':
            self.define(name, kind, '(ite (bvult {0} {1}) {2} (bvsub {0} {1}))'.format(*values, constant(0, bits)))
        elif intrinsic == 'abs':
            self.define(name, kind, '(ite (bvslt {0} {1}) (bvneg {0}) {0})'.format(values[0], constant(0, bits)))
        else:
            raise ir.Unsupported('intrinsic ' + intrinsic)

    def zeros(self, value, bits):
        """Leading zeros of a power of two bits, as a number one bit longer than needed for bits - 1."""
        if bits == 1:
            return '(bvnot %s)' % value
        half = bits // 2
        self.free += 1
        names = ['zeros%d%s' % (self.free, part) for part in 'hlzn']
        size = half.bit_length()
        self.lines.append('(define-fun %s () %s ((_ extract %d %d) %s))' % (names[0], '(_ BitVec %d)' % half, bits - 1, half, value))
        self.lines.append('(define-fun %s () %s ((_ extract %d 0) %s))' % (names[1], '(_ BitVec %d)' % half, half - 1, value))
        upper_empty = '(= %s %s)' % (names[0], constant(0, half))
        part = '(ite %s %s %s)' % (upper_empty, names[1], names[0])
        self.lines.append('(define-fun %s () (_ BitVec %d) %s)' % (names[2], half, part))
        inner = self.zeros(names[2], half)
        self.lines.append('(define-fun %s () (_ BitVec %d) ((_ zero_extend 1) %s))' % (names[3], size + 1, inner))
        return '(bvadd %s (ite %s %s %s))' % (names[3], upper_empty, constant(half, size + 1), constant(0, size + 1))

    def with_overflow(self, operation, bits, a, b):
        """The wrapped result, and whether it is not that of numbers of twice the width."""
        extend = '(_ %s_extend %d)' % ('sign' if operation[0] == 's' else 'zero', bits if operation[1:] == 'mul' else 1)
        function = 'bv' + operation[1:]
        wide = '(%s (%s %s) (%s %s))' % (function, extend, a, extend, b)
        narrow = '(%s %s %s)' % (function, a, b)
        return [('i%d' % bits, narrow), ('i1', '(not (= (%s %s) %s))' % (extend, narrow, wide))]
