// SPDX-License-Identifier: GPL-2.0-or-later
/* The parser of the command line, driven by the tables of verbs.c. */
#include "args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "size.h"
#include "verbs.h"
#include "words.h"

struct parser {
	int argc, at;			/* @at is the next word */
	const char *const *argv;
	bool options_ended;
	size_t operands;
	struct ctl_args args;
	struct ctl_message *message;
};

static struct ctl_value *value_of(struct ctl_args *args, const struct ctl_setting *setting)
{
	return (struct ctl_value *)((char *)args + setting->offset);
}

static int parse_switch(const char *shown, const char *text, uint64_t *ret_number,
			struct ctl_message *message)
{
	int word = ctl_word_find(&ctl_switch_words, text);

	if (word < 0) {
		ctl_message_set(message, -EINVAL, "%s: unknown value '%s'", shown, text);
		ctl_words_offer(&ctl_switch_words, message);
		return -EINVAL;
	}
	*ret_number = (uint64_t)word;
	return 0;
}

/* @shown is how the user wrote the name. @text is NULL for a flag. */
static int store(struct parser *p, const struct ctl_setting *setting, const char *shown,
		 const char *text)
{
	struct ctl_value *value = value_of(&p->args, setting);
	uint64_t number = 1;
	int err = 0;

	if (value->given && setting->kind != CTL_KIND_FLAG)
		return ctl_message_set(p->message, -EINVAL, "%s is given twice", shown);

	switch (setting->kind) {
	case CTL_KIND_FLAG:
		break;
	case CTL_KIND_SWITCH:
		err = parse_switch(shown, text, &number, p->message);
		break;
	case CTL_KIND_NUMBER:
		err = ctl_number_parse(shown, text, setting->min, setting->max, &number,
				       p->message);
		break;
	case CTL_KIND_SIZE:
		err = ctl_size_parse(shown, text, setting->min, setting->max, &number, p->message);
		break;
	case CTL_KIND_PAGE:
		err = ctl_page_parse(shown, text, setting->max, &number, p->message);
		break;
	}
	if (!err)
		*value = (struct ctl_value){ .given = true, .number = number };
	return err;
}

static const struct ctl_setting *find_setting(const struct ctl_settings *settings, const char *name,
					      size_t len)
{
	for (size_t i = 0; i < settings->n; i++) {
		const struct ctl_setting *setting = &settings->list[i];

		if (strlen(setting->name) == len && !strncmp(setting->name, name, len))
			return setting;
	}
	return NULL;
}

static const struct ctl_setting *find_option(const struct parser *p, const char *name, size_t len)
{
	const struct ctl_setting *found = find_setting(&ctl_general_options, name, len);

	if (!found && p->args.verb)
		found = find_setting(&p->args.verb->options, name, len);
	return found;
}

static void offer_settings(struct ctl_offer *offer, const char *prefix,
			   const struct ctl_settings *settings)
{
	for (size_t i = 0; i < settings->n; i++)
		ctl_offer_word(offer, prefix, settings->list[i].name);
}

static int refuse_option(struct parser *p, const char *word)
{
	struct ctl_offer offer = { .message = p->message };
	const struct ctl_verb *verb = p->args.verb;

	ctl_message_set(p->message, -EINVAL, "unknown option '%s'", word);
	if (verb)
		ctl_message_add(p->message, " of %s%s%s", verb->object, verb->verb ? " " : "",
				verb->verb ? verb->verb : "");
	offer_settings(&offer, "--", &ctl_general_options);
	if (verb)
		offer_settings(&offer, "--", &verb->options);
	return -EINVAL;
}

/* "--name", "--name=value" or "--name value". */
static int take_long_option(struct parser *p, const char *word)
{
	const char *name = word + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct ctl_setting *option = find_option(p, name, len);
	char shown[32];

	if (!option)
		return refuse_option(p, word);
	strcpy(shown, "--");
	strncat(shown, option->name, sizeof(shown) - 3);
	if (option->kind == CTL_KIND_FLAG) {
		if (equals)
			return ctl_message_set(p->message, -EINVAL, "%s takes no value", shown);
		return store(p, option, shown, NULL);
	}
	if (equals)
		return store(p, option, shown, equals + 1);
	if (p->at == p->argc)
		return ctl_message_set(p->message, -EINVAL, "%s needs a value", shown);
	return store(p, option, shown, p->argv[p->at++]);
}

/* "-j" or several letters together. Only general options have letters; all of them are flags. */
static int take_short_options(struct parser *p, const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const struct ctl_setting *option = NULL;
		int err;

		for (size_t i = 0; i < ctl_general_options.n; i++) {
			if (ctl_general_options.list[i].letter == *letter)
				option = &ctl_general_options.list[i];
		}
		if (!option)
			return refuse_option(p, word);
		err = store(p, option, option->name, NULL);
		if (err)
			return err;
	}
	return 0;
}

static int take_option(struct parser *p, const char *word)
{
	if (!strcmp(word, "--")) {
		p->options_ended = true;
		return 0;
	}
	return word[1] == '-' ? take_long_option(p, word) : take_short_options(p, word);
}

static void offer_objects(struct parser *p)
{
	struct ctl_offer offer = { .message = p->message };

	for (size_t i = 0; i < CTL_COMMANDS; i++) {
		if (!i || strcmp(ctl_verbs[i].object, ctl_verbs[i - 1].object))
			ctl_offer_word(&offer, "", ctl_verbs[i].object);
	}
}

static int take_object(struct parser *p, const char *word)
{
	for (size_t i = 0; i < CTL_COMMANDS; i++) {
		const struct ctl_verb *verb = &ctl_verbs[i];

		if (strcmp(verb->object, word))
			continue;
		p->args.object = verb->object;
		if (!verb->verb)
			p->args.verb = verb;
		return 0;
	}
	ctl_message_set(p->message, -EINVAL, "unknown object '%s'", word);
	offer_objects(p);
	return -EINVAL;
}

static void offer_verbs(struct parser *p)
{
	struct ctl_offer offer = { .message = p->message };

	for (size_t i = 0; i < CTL_COMMANDS; i++) {
		if (!strcmp(ctl_verbs[i].object, p->args.object))
			ctl_offer_word(&offer, "", ctl_verbs[i].verb);
	}
}

static int take_verb(struct parser *p, const char *word)
{
	for (size_t i = 0; i < CTL_COMMANDS; i++) {
		const struct ctl_verb *verb = &ctl_verbs[i];

		if (strcmp(verb->object, p->args.object) || strcmp(verb->verb, word))
			continue;
		p->args.verb = verb;
		return 0;
	}
	ctl_message_set(p->message, -EINVAL, "unknown verb '%s' of %s", word, p->args.object);
	offer_verbs(p);
	return -EINVAL;
}

static int take_knob(struct parser *p, const char *word)
{
	struct ctl_offer offer = { .message = p->message };
	const char *equals = strchr(word, '=');
	const struct ctl_setting *knob;

	if (!equals)
		return ctl_message_set(p->message, -EINVAL, "'%s' is not KEY=VALUE", word);
	knob = find_setting(&ctl_knobs, word, (size_t)(equals - word));
	if (knob)
		return store(p, knob, knob->name, equals + 1);

	ctl_message_set(p->message, -EINVAL, "unknown knob '%.*s'", (int)(equals - word), word);
	offer_settings(&offer, "", &ctl_knobs);
	return -EINVAL;
}

static int take_handle(struct parser *p, const char *word)
{
	uint64_t handle;
	uint32_t *handles;
	int err = ctl_number_parse("HANDLE", word, 1, UINT32_MAX, &handle, p->message);

	if (err)
		return err;
	handles = reallocarray(p->args.handles, p->args.nr_handles + 1, sizeof(*handles));
	if (!handles)
		return ctl_message_set(p->message, -ENOMEM, "out of memory");
	handles[p->args.nr_handles++] = (uint32_t)handle;
	p->args.handles = handles;
	return 0;
}

/* Whose keys these are knows them; here they are only taken apart. */
static int take_pair(struct parser *p, const char *word)
{
	const char *equals = strchr(word, '=');
	struct ctl_pair *pairs;
	char *key;

	if (!equals || equals == word)
		return ctl_message_set(p->message, -EINVAL, "'%s' is not KEY=VALUE", word);
	pairs = reallocarray(p->args.pairs, p->args.nr_pairs + 1, sizeof(*pairs));
	if (pairs)
		p->args.pairs = pairs;
	key = pairs ? strndup(word, (size_t)(equals - word)) : NULL;
	if (!key)
		return ctl_message_set(p->message, -ENOMEM, "out of memory");
	pairs[p->args.nr_pairs++] = (struct ctl_pair){ key, equals + 1 };
	return 0;
}

static int take_operand(struct parser *p, const char *word)
{
	p->operands++;
	switch (p->args.verb->operand) {
	case CTL_OPERAND_SIZE:
	case CTL_OPERAND_SIZE_OR_ALL:
		if (p->operands == 1)
			return store(p, &ctl_size_operand, "SIZE", word);
		break;
	case CTL_OPERAND_PAGE:
		if (p->operands == 1)
			return store(p, &ctl_page_operand, "PFN|ADDRESS", word);
		break;
	case CTL_OPERAND_HANDLES_OR_ALL:
		return take_handle(p, word);
	case CTL_OPERAND_KNOBS:
		return take_knob(p, word);
	case CTL_OPERAND_PAIRS:
		return take_pair(p, word);
	case CTL_OPERAND_NONE:
		break;
	}
	return ctl_message_set(p->message, -EINVAL, "'%s' is one word too many", word);
}

static int take_word(struct parser *p, const char *word)
{
	if (word[0] == '-' && word[1] && !p->options_ended)
		return take_option(p, word);
	if (!p->args.object)
		return take_object(p, word);
	if (!p->args.verb)
		return take_verb(p, word);
	return take_operand(p, word);
}

static int require(struct parser *p, bool met, const char *sentence)
{
	return met ? 0 : ctl_message_set(p->message, -EINVAL, "%s", sentence);
}

/* Whether the operands that the verb needs are there, and none beside --all. */
static int check_operands(struct parser *p)
{
	bool given = p->operands > 0, all = p->args.all.given;

	switch (p->args.verb->operand) {
	case CTL_OPERAND_SIZE:
		return require(p, given, "give a SIZE");
	case CTL_OPERAND_SIZE_OR_ALL:
		return require(p, given != all, "give either a SIZE or --all");
	case CTL_OPERAND_HANDLES_OR_ALL:
		return require(p, given != all, "give either HANDLEs or --all");
	case CTL_OPERAND_PAGE:
		return require(p, given, "give a PFN, or an ADDRESS that begins with 0x");
	case CTL_OPERAND_KNOBS:
	case CTL_OPERAND_PAIRS:
		return require(p, given, "give at least one KEY=VALUE");
	case CTL_OPERAND_NONE:
		break;
	}
	return 0;
}

static int check_vcpus(const struct parser *p)
{
	const struct ctl_args *args = &p->args;

	if (args->vcpus.given && args->max_vcpus.given &&
	    args->vcpus.number > args->max_vcpus.number)
		return ctl_message_set(p->message, -EINVAL,
				       "--vcpus %llu is more than --max-vcpus %llu",
				       (unsigned long long)args->vcpus.number,
				       (unsigned long long)args->max_vcpus.number);
	return 0;
}

static int finish(struct parser *p)
{
	int err;

	if (p->args.help.given)
		return 0;
	if (!p->args.object)
		p->args.verb = &ctl_verbs[CTL_STATUS];
	if (!p->args.verb) {
		ctl_message_set(p->message, -EINVAL, "%s needs a verb", p->args.object);
		offer_verbs(p);
		return -EINVAL;
	}
	err = check_operands(p);
	return err ? err : check_vcpus(p);
}

int ctl_args_parse(int argc, const char *const argv[], struct ctl_args *ret_args,
		   struct ctl_message *message)
{
	struct parser p = { .argc = argc, .at = 1, .argv = argv, .message = message };
	int err = 0;

	while (!err && p.at < p.argc)
		err = take_word(&p, p.argv[p.at++]);
	if (!err)
		err = finish(&p);
	if (err) {
		ctl_args_release(&p.args);
		return err;
	}
	*ret_args = p.args;
	return 0;
}

void ctl_args_release(struct ctl_args *args)
{
	free(args->handles);
	args->handles = NULL;
	args->nr_handles = 0;
	for (size_t i = 0; i < args->nr_pairs; i++)
		free((char *)args->pairs[i].key);
	free(args->pairs);
	args->pairs = NULL;
	args->nr_pairs = 0;
}
