# SPDX-License-Identifier: BSD-2-Clause
"""Functions of LLVM IR text, as far as they are pure integer code: no memory, no calls but intrinsics."""
import re


class Unsupported(Exception):
    pass


class Function:
    """name; params: [(type, name)]; blocks: {label: [instruction text]}, the entry first."""

    def __init__(self, name, params):
        self.name, self.params, self.blocks = name, params, {}


def split_commas(text):
    """Splits at the commas that are in no bracket."""
    parts, depth, part = [], 0, ''
    for char in text:
        depth += (char in '([{') - (char in ')]}')
        if char == ',' and depth == 0:
            parts.append(part.strip())
            part = ''
        else:
            part += char
    if part.strip():
        parts.append(part.strip())
    return parts


def matching(text, start):
    """Index after the bracket that closes the one at start."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] in '([{') - (text[i] in ')]}')
        if depth == 0:
            return i + 1
    raise Unsupported('bracket: ' + text)


def typed(text):
    """'i64 noundef %3' or 'i64 7' to (type, operand)."""
    words = text.split()
    return words[0], words[-1]


def parse(text, wanted):
    """The functions whose names begin with wanted."""
    functions, current, label, switch = [], None, None, None
    for line in text.splitlines():
        if line.startswith('define '):
            at = line.index('@')
            name = re.match(r'@"?([\w.$]+)"?', line[at:]).group(1)
            if not name.startswith(wanted):
                continue
            open_at = line.index('(', at)
            params = split_commas(line[open_at + 1:matching(line, open_at) - 1])
            current = Function(name, [typed(param) for param in params])
            label = str(len(params))  # an entry block without a name has the number after the parameters
            current.blocks[label] = []
        elif line.startswith('}'):
            if current:
                functions.append(current)
            current = None
        elif current:
            head = re.match(r'([\w.$-]+):', line)
            body = re.sub(r', ![\w.]+ !\d+', '', line.split(';')[0]).strip()
            if head:
                if not current.blocks[label]:
                    del current.blocks[label]
                label = head.group(1)
                current.blocks[label] = []
            elif switch is not None:
                switch += ' ' + body
                if body == ']':
                    current.blocks[label].append(switch)
                    switch = None
            elif body.startswith('switch') and body.endswith('['):
                switch = body
            elif body:
                current.blocks[label].append(body)
    return functions


def terminator(block):
    """[(condition, label)] of a block's last instruction, with a condition as (kind, ...); or ('ret', type, operand).

    Conditions: None (always), ('if', operand, wanted), ('case', type, operand, value), ('default', type, operand, values).
    """
    text = block[-1]
    match = re.match(r'br label %([\w.$-]+)$', text)
    if match:
        return [(None, match.group(1))]
    match = re.match(r'br i1 (\S+), label %([\w.$-]+), label %([\w.$-]+)$', text)
    if match:
        return [(('if', match.group(1), True), match.group(2)), (('if', match.group(1), False), match.group(3))]
    match = re.match(r'switch (i\d+) (\S+), label %([\w.$-]+) \[(.*)\]$', text)
    if match:
        kind, operand, default, rest = match.groups()
        cases = re.findall(r'i\d+ (-?\d+), label %([\w.$-]+)', rest)
        edges = [(('case', kind, operand, value), target) for value, target in cases]
        return edges + [(('default', kind, operand, [value for value, _ in cases]), default)]
    match = re.match(r'ret (i\d+) (\S+)$', text)
    if match:
        return ('ret',) + match.groups()
    if text == 'unreachable':
        return []
    raise Unsupported(text)
