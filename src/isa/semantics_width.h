/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The body of semantics.h for one width. No include guard: it is included once for each width, with
 *   WIDTH        64, 32, or (in tests of abstract domains, which try every value) 8
 *   UINT, SINT   the unsigned and signed types of that many bits
 * defined by the includer; it undefines them. Makes alu64_add(), jmp64_jeq(), and so on.
 */
#define PASTE3(a, b, c) a##b##_##c
#define NAME(prefix, width, name) PASTE3(prefix, width, name)
#define ALU(name) static inline UINT NAME(alu, WIDTH, name)(UINT a, UINT b)
#define JMP(name) static inline bool NAME(jmp, WIDTH, name)(UINT a, UINT b)

/* Wrap around; 1u keeps the arithmetic of narrow types unsigned. */
ALU(add)
{
	return a + b;
}

ALU(sub)
{
	return a - b;
}

ALU(mul)
{
	return 1u * a * b;
}

ALU(or)
{
	return a | b;
}

ALU(and)
{
	return a & b;
}

ALU(xor)
{
	return a ^ b;
}

ALU(mov)
{
	return b;
}

/* Unsigned division by zero gives 0. */
ALU(div)
{
	return b ? a / b : 0;
}

/* Modulo zero leaves the value as it is. */
ALU(mod)
{
	return b ? a % b : a;
}

/* Truncates towards zero. The smallest number divided by -1 is itself. */
ALU(sdiv)
{
	if (b == 0)
		return 0;
	if (b == (UINT)-1)
		return 0u - a;
	return (SINT)a / (SINT)b;
}

/* Has the sign of the dividend. */
ALU(smod)
{
	if (b == 0)
		return a;
	if (b == (UINT)-1)
		return 0;
	return (SINT)a % (SINT)b;
}

/* Shifts look at as many low bits of the amount as the width needs. */
ALU(lsh)
{
	return (UINT)(1u * a << (b & (WIDTH - 1)));
}

ALU(rsh)
{
	return a >> (b & (WIDTH - 1));
}

ALU(arsh)
{
	return (SINT)a >> (b & (WIDTH - 1));
}

/* The second operand is not used: it makes all operations one type. */
ALU(neg)
{
	(void)b;
	return 0u - a;
}

JMP(jeq)
{
	return a == b;
}

JMP(jne)
{
	return a != b;
}

JMP(jset)
{
	return a & b;
}

JMP(jgt)
{
	return a > b;
}

JMP(jge)
{
	return a >= b;
}

JMP(jlt)
{
	return a < b;
}

JMP(jle)
{
	return a <= b;
}

JMP(jsgt)
{
	return (SINT)a > (SINT)b;
}

JMP(jsge)
{
	return (SINT)a >= (SINT)b;
}

JMP(jslt)
{
	return (SINT)a < (SINT)b;
}

JMP(jsle)
{
	return (SINT)a <= (SINT)b;
}

#undef ALU
#undef JMP
#undef NAME
#undef PASTE3
#undef WIDTH
#undef UINT
#undef SINT
