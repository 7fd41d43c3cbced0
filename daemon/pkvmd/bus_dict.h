/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dictionaries a{sv} in messages. Functions return 0 or more, or a negative errno. */
#ifndef PKVMD_BUS_DICT_H
#define PKVMD_BUS_DICT_H

#include <systemd/sd-bus.h>

#include "decisions.h"
#include "manager.h"

/* What a process calls itself may be no UTF-8, which a message must be: masks all but ASCII. */
void dict_mask(char *text);

int dict_string(sd_bus_message *message, const char *key, const char *value);
int dict_bool(sd_bus_message *message, const char *key, bool value);
int dict_u32(sd_bus_message *message, const char *key, uint32_t value);
int dict_u64(sd_bus_message *message, const char *key, uint64_t value);
int dict_double(sd_bus_message *message, const char *key, double value);

/* Opens and closes a dictionary; @err is what filling it has returned. */
int dict_begin(sd_bus_message *message);
int dict_end(sd_bus_message *message, int err);

/* Whole dictionaries. */
int dict_of_beginning(sd_bus_message *message, const struct action *action,
		      const struct policy_decision *decision);
/* @reserve: pages that are left of it, or are there now. */
int dict_of_end(sd_bus_message *message, const struct action *action, uint64_t reserve);
int dict_of_decision(sd_bus_message *message, const struct decision_entry *entry);
int dict_of_shrinker(sd_bus_message *message, const struct pkvm_shrinker *shrinker);
int dict_of_vm(sd_bus_message *message, const struct pkvm_vm *vm);

#endif
