/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scalar domain against this machine's kernel: random arithmetic and branches on scalars are loaded with log level
 * 2, and what the kernel prints of each register after each instruction must be what the domain computes from what it
 * printed before, to the last bit of text. So every instruction is a test of its own, and a difference does not spread.
 *
 * usage: test_scalar_kernel [PROGRAMS [SEED]]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "insn_gen.h"
#include "oracle.h"
#include "verifier/scalar.h"

#define MAX_INSNS 400
#define FIRST_REG 6 /* r6, r7, r8 hold the scalars */
#define REGS 3
#define LOG_SIZE (4u << 20)

static unsigned int programs = 300;
static uint64_t seed = 20;

enum comparison {
	EQUAL,
	TIGHTER, /* ours */
	LOOSER,
	DIFFERENT,
	COMPARISONS,
};

static unsigned int counts[COMPARISONS], outcome_errors, failures_shown, forks;

struct program {
	struct bpf_insn insns[MAX_INSNS];
	uint32_t n;
	/* Of a conditional jump: what both ways say of the two operands, predicted when the log reaches it. */
	struct scalar_pair taken[MAX_INSNS];
	struct scalar before[MAX_INSNS][REG_COUNT]; /* all registers, where the other way begins */
	bool put_off[MAX_INSNS]; /* that way is yet to be explored */
	bool forked; /* part of the program is explored again, and may be found safe at once */
};

/* --- generation --- */

static uint64_t pick(uint64_t n)
{
	return test_random(&seed) % n;
}

/* Numbers near which something happens: powers of two and what is next to them, small ones, any. */
static uint64_t interesting(void)
{
	uint64_t value;

	switch (pick(6)) {
	case 0:
		return pick(16);
	case 1:
		return -pick(16);
	case 2:
		return test_random(&seed);
	case 3:
		value = test_random(&seed) >> pick(64);
		break;
	default:
		value = 1ULL << pick(64);
		break;
	}
	value += pick(3) - 1;
	return pick(3) ? value : -value;
}

static void emit(struct program *p, struct bpf_insn insn)
{
	p->insns[p->n++] = insn;
}

static void emit_k(struct program *p, uint8_t code, uint8_t dst, int32_t imm)
{
	emit(p, (struct bpf_insn){ .code = code, .dst_reg = dst, .imm = imm });
}

static void emit_exit(struct program *p)
{
	emit_k(p, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0);
	emit_k(p, BPF_JMP | BPF_EXIT, 0, 0);
}

static void emit_imm64(struct program *p, uint8_t dst, uint64_t value)
{
	emit(p, (struct bpf_insn){ .code = 0x18, .dst_reg = dst, .imm = (int32_t)value });
	emit(p, (struct bpf_insn){ .imm = (int32_t)(value >> 32) });
}

static void emit_random(struct program *p, uint8_t dst)
{
	emit_k(p, BPF_JMP | BPF_CALL, 0, 7); /* get_prandom_u32: any number, for the verifier */
	emit(p, (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = dst });
	emit_k(p, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0);
}

static struct bpf_insn random_alu(void)
{
	static const uint8_t ops[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_AND, BPF_OR, BPF_XOR, BPF_LSH, BPF_RSH, BPF_ARSH,
		BPF_NEG, BPF_DIV, BPF_MOD, BPF_END, BPF_MOV };
	struct bpf_insn insn = { .dst_reg = FIRST_REG + pick(REGS) };
	uint8_t class = pick(2) ? BPF_ALU64 : BPF_ALU;
	uint8_t op = ops[pick(pick(3) ? 9 : sizeof(ops))];

	insn.code = class | op;
	switch (op) {
	case BPF_NEG:
		return insn;
	case BPF_END:
		insn.imm = 16 << pick(3);
		insn.code |= class == BPF_ALU && pick(2) ? BPF_X : 0;
		return insn;
	case BPF_MOV: /* onto itself, so that no two registers are linked */
		insn.code |= BPF_X;
		insn.src_reg = insn.dst_reg;
		insn.off = class == BPF_ALU ? (int[]){ 0, 8, 16 }[pick(3)] : (int[]){ 8, 16, 32 }[pick(3)];
		return insn;
	case BPF_LSH:
	case BPF_RSH:
	case BPF_ARSH:
		insn.imm = pick(class == BPF_ALU ? 32 : 64);
		break;
	case BPF_DIV:
	case BPF_MOD:
		insn.off = pick(2);
		insn.imm = 1 + pick(100);
		break;
	default:
		insn.imm = (int32_t)interesting();
	}
	if (pick(2)) {
		insn.code |= BPF_X;
		insn.src_reg = FIRST_REG + pick(REGS);
		insn.imm = 0;
	}
	return insn;
}

static struct bpf_insn random_jump(void)
{
	static const uint8_t ops[] = { BPF_JEQ, BPF_JNE, BPF_JSET, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE, BPF_JSGT,
		BPF_JSGE, BPF_JSLT, BPF_JSLE };
	struct bpf_insn insn = { .dst_reg = FIRST_REG + pick(REGS) };

	insn.code = (pick(2) ? BPF_JMP : BPF_JMP32) | ops[pick(sizeof(ops))];
	if (pick(2)) {
		insn.code |= BPF_X;
		insn.src_reg = FIRST_REG + (insn.dst_reg - FIRST_REG + 1 + pick(REGS - 1)) % REGS;
	} else {
		insn.imm = (int32_t)interesting();
	}
	return insn;
}

static struct scalar operand(const struct bpf_insn *insn, const struct scalar *regs)
{
	return insn->code & BPF_X ? regs[insn->src_reg] : scalar_const((int64_t)insn->imm);
}

/* What the domain says of the destination. */
static struct scalar apply(const struct bpf_insn *insn, const struct scalar *regs)
{
	struct scalar a = regs[insn->dst_reg];
	bool is64 = BPF_CLASS(insn->code) == BPF_ALU64;

	switch (BPF_OP(insn->code)) {
	case BPF_END:
		return scalar_end(insn->code, insn->imm, a);
	case BPF_MOV:
		if (!insn->off)
			return scalar_zext32(a);
		return is64 ? scalar_sext(a, insn->off / 8) : scalar_sext32(a, insn->off / 8);
	default:
		return scalar_alu(insn->code, a, operand(insn, regs));
	}
}

static enum branch_outcome jump_outcome(const struct bpf_insn *insn, const struct scalar *regs)
{
	return scalar_branch_outcome(
		BPF_OP(insn->code), BPF_CLASS(insn->code) == BPF_JMP32, regs[insn->dst_reg], operand(insn, regs));
}

/* As the verifier does: a register that contradicts itself is forgotten. */
static struct scalar repaired(struct scalar a)
{
	return scalar_is_sane(a) ? a : scalar_unbounded(a);
}

static struct scalar_pair jump(const struct bpf_insn *insn, bool taken, const struct scalar *regs)
{
	struct scalar_pair pair = scalar_branch(BPF_OP(insn->code), BPF_CLASS(insn->code) == BPF_JMP32, taken,
		regs[insn->dst_reg], operand(insn, regs));

	return (struct scalar_pair){ repaired(pair.a), repaired(pair.b) };
}

static void learn(struct scalar *regs, const struct bpf_insn *insn, struct scalar_pair pair)
{
	regs[insn->dst_reg] = pair.a;
	if (insn->code & BPF_X)
		regs[insn->src_reg] = pair.b;
}

/*
 * A jump and the way that is not continued, which exits at once:
 *	continue where not taken: jump +1; goto +2; exit; ...     continue where taken: jump +2; exit; ...
 * The domain predicts which ways are live; a wrong guess ends the program early and is found when it is compared.
 */
static void generate_jump(struct program *p, struct scalar *regs)
{
	struct bpf_insn insn = random_jump();
	enum branch_outcome outcome = jump_outcome(&insn, regs);
	bool taken = outcome == BRANCH_UNKNOWN ? pick(2) : outcome;

	insn.off = taken ? 2 : 1;
	emit(p, insn);
	if (!taken)
		emit(p, (struct bpf_insn){ .code = BPF_JMP | BPF_JA, .off = 2 });
	emit_exit(p);
	learn(regs, &insn, jump(&insn, taken, regs));
}

static void generate_alu(struct program *p, struct scalar *regs, struct bpf_insn insn)
{
	emit(p, insn);
	if (scalar_forks(insn.code, regs[insn.dst_reg], operand(&insn, regs)))
		regs[insn.dst_reg] = scalar_forked(regs[insn.dst_reg]).a;
	regs[insn.dst_reg] = apply(&insn, regs);
}

/* A register of 0 or -1, and what makes two states of it. */
static void generate_mask(struct program *p, struct scalar *regs, uint8_t reg)
{
	bool wide = pick(2);

	generate_alu(p, regs,
		(struct bpf_insn){
			.code = (wide ? BPF_ALU64 : BPF_ALU) | BPF_ARSH, .dst_reg = reg, .imm = wide ? 63 : 31 });
	generate_alu(p, regs,
		(struct bpf_insn){ .code = (pick(2) ? BPF_ALU64 : BPF_ALU) | (pick(2) ? BPF_AND : BPF_OR),
			.dst_reg = reg,
			.imm = (int32_t)interesting() });
}

static void generate(struct program *p, unsigned int steps)
{
	struct scalar regs[REG_COUNT];
	struct bpf_insn insn;

	p->n = 0;
	p->forked = false;
	memset(p->put_off, 0, sizeof(p->put_off));
	for (int i = 0; i < REGS; i++) {
		emit_random(p, FIRST_REG + i);
		regs[FIRST_REG + i] = scalar_unknown();
	}
	while (steps-- && p->n < MAX_INSNS - 8) {
		uint8_t reg = FIRST_REG + pick(REGS);

		switch (pick(10)) {
		case 0:
			emit_random(p, reg);
			regs[reg] = scalar_unknown();
			break;
		case 1: {
			uint64_t value = interesting();

			emit_imm64(p, reg, value);
			regs[reg] = scalar_const(value);
			break;
		}
		case 2:
			if (pick(4))
				break;
			generate_mask(p, regs, reg);
			break;
		case 3:
		case 4:
		case 5:
			generate_jump(p, regs);
			break;
		default:
			insn = random_alu();
			generate_alu(p, regs, insn);
		}
	}
	emit_exit(p);
}

/* --- the kernel's text --- */

static void set_bound(struct scalar *a, const char *name, size_t length, uint64_t value)
{
#define BOUND(text, field)                                                       \
	if (length == sizeof(text) - 1 && !memcmp(name, text, sizeof(text) - 1)) \
	a->field = (__typeof__(a->field))value
	BOUND("smin", smin);
	BOUND("smax", smax);
	BOUND("umin", umin);
	BOUND("umax", umax);
	BOUND("smin32", s32_min);
	BOUND("smax32", s32_max);
	BOUND("umin32", u32_min);
	BOUND("umax32", u32_max);
#undef BOUND
}

/* "smin=umin=3": a value for each of the names before it. */
static void parse_bounds(struct scalar *a, const char *part)
{
	const char *value = strrchr(part, '=');
	uint64_t number = strtoull(value + 1, NULL, 0);

	for (const char *name = part; name <= value; name = strchr(name, '=') + 1)
		set_bound(a, name, strcspn(name, "="), number);
}

/* The register's value in "R6=scalar(...) R7=5"; false if it is not there. ret_text: without id, to compare. */
static bool parse_register(const char *line, int reg, struct scalar *ret, char *ret_text, size_t text_size)
{
	char name[8], inside[512], *part, *save = NULL;
	struct scalar a = scalar_unknown();
	const char *at, *end;

	snprintf(name, sizeof(name), " R%d=", reg);
	at = strstr(line, name);
	if (!at || at > line + strcspn(line, "\n"))
		return false;
	at += strlen(name);
	if (*at == 'P')
		at++;
	if (strncmp(at, "scalar(", 7)) {
		*ret = scalar_const(strtoull(at, NULL, 0));
		snprintf(ret_text, text_size, "%.*s", (int)strcspn(at, " \n"), at);
		return true;
	}
	at += 7;
	end = strstr(at, "var_off=(");
	end = strchr(at, ')');
	snprintf(inside, sizeof(inside), "%.*s", (int)(end - at), at);
	snprintf(ret_text, text_size, "scalar(");
	for (part = strtok_r(inside, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
		size_t used = strlen(ret_text);

		if (!strncmp(part, "id=", 3))
			continue;
		snprintf(ret_text + used, text_size - used, "%s%s%s", ret_text[used - 1] == '(' ? "" : ",", part,
			strchr(part, '(') ? ")" : "");
		if (!strncmp(part, "var_off=(", 9)) {
			char *mask;

			a.var_off.value = strtoull(part + 9, &mask, 0);
			a.var_off.mask = strtoull(mask + 2, NULL, 0);
		} else {
			parse_bounds(&a, part);
		}
	}
	snprintf(ret_text + strlen(ret_text), text_size - strlen(ret_text), ")");
	*ret = a;
	return true;
}

/* --- comparison --- */

static void show(const char *what, struct scalar a)
{
	char text[512];

	scalar_format(text, sizeof(text), a, NULL);
	print_message("  %s %s\n", what, text);
}

/* Takes the kernel's value over, after comparing. line: what the kernel printed; way: for the reader. */
static void compare(const struct bpf_insn *insn, const char *way, const char *line, int reg, struct scalar ours,
	struct scalar *regs, struct scalar before_a, struct scalar before_b)
{
	char kernel_text[512], our_text[512];
	enum comparison result;
	struct scalar kernel;

	if (!parse_register(line, reg, &kernel, kernel_text, sizeof(kernel_text)))
		return;
	scalar_format(our_text, sizeof(our_text), ours, NULL);
	if (!strcmp(our_text, kernel_text)) {
		counts[EQUAL]++;
		regs[reg] = ours; /* of a constant more may be known than is printed */
		return;
	}
	if (scalar_includes(kernel, ours))
		result = TIGHTER;
	else if (scalar_includes(ours, kernel))
		result = LOOSER;
	else
		result = DIFFERENT;
	counts[result]++;
	regs[reg] = kernel;
	if (failures_shown++ > 20)
		return;
	print_message("%s r%d after code %#x off %d imm %d%s\n  log    %.*s\n",
		(const char *[]){ "equal", "tighter", "looser", "different" }[result], reg, insn->code, insn->off,
		insn->imm, way, (int)strcspn(line, "\n"), line);
	show("a     ", before_a);
	show("b     ", before_b);
	print_message("  ours   %s\n  kernel %s\n", our_text, kernel_text);
}

/* What is explored first; the other is compared when its turn comes. */
static struct scalar fork_state(struct program *p, uint32_t at, struct scalar *regs)
{
	const struct bpf_insn *insn = &p->insns[at];
	struct scalar_pair pair = scalar_forked(regs[insn->dst_reg]);

	memcpy(p->before[at], regs, sizeof(p->before[at]));
	p->taken[at].a = pair.b;
	p->taken[at].b = operand(insn, regs);
	p->put_off[at] = true;
	p->forked = true;
	forks++;
	regs[insn->dst_reg] = pair.a;
	return apply(insn, regs);
}

/* An executed instruction, with what is printed after it; next: the instruction that the kernel went on with. */
static void check_insn(struct program *p, uint32_t at, const char *line, uint32_t next, struct scalar *regs)
{
	const struct bpf_insn *insn = &p->insns[at];
	struct scalar a = regs[insn->dst_reg], b = operand(insn, regs);
	enum branch_outcome outcome;
	struct scalar ours;

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		if (insn->dst_reg < FIRST_REG)
			return;
		if (BPF_OP(insn->code) == BPF_MOV && insn->dst_reg != insn->src_reg)
			ours = scalar_unknown();
		else if (scalar_forks(insn->code, a, b))
			ours = fork_state(p, at, regs);
		else
			ours = repaired(apply(insn, regs));
		compare(insn, "", line, insn->dst_reg, ours, regs, a, b);
		return;
	case BPF_LD:
		compare(insn, "", line, insn->dst_reg, scalar_const(insn_imm64(insn)), regs, a, b);
		return;
	case BPF_JMP:
	case BPF_JMP32:
		if (insn->dst_reg < FIRST_REG)
			return;
		break;
	default:
		return;
	}
	outcome = jump_outcome(insn, regs);
	memcpy(p->before[at], regs, sizeof(p->before[at]));
	p->taken[at] = jump(insn, true, regs);
	p->put_off[at] = outcome == BRANCH_UNKNOWN;
	if (next == UINT32_MAX && p->forked)
		return;
	if ((next == at + 1) != (outcome != BRANCH_ALWAYS)) {
		outcome_errors++;
		print_message("outcome %d of code %#x imm %d, but the kernel goes to %u from %u\n", outcome, insn->code,
			insn->imm, next, at);
		show("a     ", a);
		show("b     ", b);
		return;
	}
	if (outcome == BRANCH_UNKNOWN) {
		struct scalar_pair pair = jump(insn, false, regs);

		compare(insn, " (not taken)", line, insn->dst_reg, pair.a, regs, a, b);
		if (insn->code & BPF_X)
			compare(insn, " (not taken)", line, insn->src_reg, pair.b, regs, a, b);
	}
}

/* "from 12 to 15: R0=...": the way that was put off, with all registers. */
static void check_from(struct program *p, uint32_t at, const char *line, struct scalar *regs)
{
	const struct bpf_insn *insn = &p->insns[at];

	struct scalar a, b;

	outcome_errors += !p->put_off[at];
	p->put_off[at] = false;
	memcpy(regs, p->before[at], sizeof(p->before[at]));
	a = regs[insn->dst_reg];
	b = operand(insn, regs);
	compare(insn, " (taken)", line, insn->dst_reg, p->taken[at].a, regs, a, b);
	if (insn->code & BPF_X)
		compare(insn, " (taken)", line, insn->src_reg, p->taken[at].b, regs, a, b);
}

/* The index at the start of an executed instruction's line, "12: (0f) ...". */
static bool insn_line(const char *line, uint32_t *ret_at)
{
	char *end;

	if (*line < '0' || *line > '9')
		return false;
	*ret_at = strtoul(line, &end, 10);
	return !strncmp(end, ": (", 3);
}

/* Where other text came between, the state after instruction at stands on a line of its own: "12: R6=...". */
static const char *state_line(const char *line, const char *rest, uint32_t at)
{
	uint32_t other;
	char *end;

	for (; !strchr(line, ';') && rest && *rest; rest = strchr(rest, '\n')) {
		rest += *rest == '\n';
		if (insn_line(rest, &other) || !strncmp(rest, "from ", 5))
			break;
		if (strtoul(rest, &end, 10) == at && end != rest && !strncmp(end, ": R", 3))
			return rest;
	}
	return line;
}

static uint32_t next_insn(const char *line)
{
	uint32_t at;

	for (; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (insn_line(line, &at))
			return at;
		if (!strncmp(line, "from ", 5))
			break;
	}
	return UINT32_MAX;
}

static void check_log(struct program *p, char *log)
{
	struct scalar regs[REG_COUNT];
	uint32_t at;

	for (int i = 0; i < REG_COUNT; i++)
		regs[i] = scalar_unknown();
	for (char *line = log, *end; line && *line; line = end ? end + 1 : NULL) {
		uint32_t next;

		end = strchr(line, '\n');
		next = end ? next_insn(end + 1) : UINT32_MAX;
		if (end)
			*end = '\0';
		if (insn_line(line, &at))
			check_insn(p, at, state_line(line, end ? end + 1 : NULL, at), next, regs);
		else if (sscanf(line, "from %u to ", &at) == 1)
			check_from(p, at, line, regs);
	}
	for (at = 0; at < p->n; at++) {
		if (!p->put_off[at])
			continue;
		outcome_errors++;
		print_message("the kernel does not explore the other side of code %#x at %u\n", p->insns[at].code, at);
	}
}

static void same_as_kernel(void **state)
{
	struct program *p = malloc(sizeof(*p));
	char *log = malloc(LOG_SIZE);

	ORACLE_OF_REFERENCE_OR_SKIP();
	for (unsigned int i = 0; i < programs; i++) {
		int fd;

		generate(p, 40);
		fd = oracle_prog_load(&(struct oracle_prog){
			.type = BPF_PROG_TYPE_SOCKET_FILTER,
			.insns = p->insns,
			.n_insns = p->n,
			.log = log,
			.log_size = LOG_SIZE,
			.log_level = 2,
		});
		if (fd < 0)
			print_message("%s\n", log);
		assert_true(fd >= 0);
		close(fd);
		check_log(p, log);
	}
	print_message("%u programs: %u equal, %u tighter, %u looser, %u different; %u outcomes differ; %u forks\n",
		programs, counts[EQUAL], counts[TIGHTER], counts[LOOSER], counts[DIFFERENT], outcome_errors, forks);
	free(log);
	free(p);
	/* Enough was compared, and all of it is equal. */
	assert_true(counts[EQUAL] > programs * 10 && forks > programs / 10);
	assert_int_equal(counts[TIGHTER] + counts[LOOSER] + counts[DIFFERENT] + outcome_errors, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_kernel),
	};

	if (argc > 1)
		programs = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
