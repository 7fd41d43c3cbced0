// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy's words. */

#include "policy.h"

static const struct {
	const char *name, *text;
} reasons[POLICY_REASONS] = {
	[REASON_NOTHING_TO_DO] = { "nothing-to-do", "there is nothing to do" },
	[REASON_LOW_RESERVE] = { "low-reserve", "the reserve is below its low mark" },
	[REASON_PRESSURE_RISING] = { "pressure-rising", "the host's memory pressure is rising" },
	[REASON_PRESSURE_SUSTAINED] = { "pressure-sustained",
					"the host's memory pressure does not end" },
	[REASON_REQUESTED] = { "requested", "somebody asked for it" },
	[REASON_PRESSURE_LASTS] = { "pressure-lasts", "the host is short of memory itself" },
	[REASON_HOLD] = { "hold", "pages were taken back less than the hold time ago" },
	[REASON_BACK_OFF] = { "back-off", "the last top-up brought less than it was to bring" },
	[REASON_HOST_SHORT] = { "host-short", "the host has too little memory available" },
	[REASON_REHEARSED] = { "rehearsed", "a dry run has told of as many pages already" },
	[REASON_PRESSURE_FALLING] = { "pressure-falling",
				      "the pressure is neither rising nor sustained" },
	[REASON_COOL_DOWN] = { "cool-down",
			       "the last take-back completed less than the cool-down ago" },
	[REASON_NOTHING_RECLAIMABLE] = { "nothing-reclaimable",
					 "EL2 has nothing that it could give back" },
	[REASON_FLOOR] = { "floor",
			   "the reserve is kept at its floor while pressure is not sustained" },
	[REASON_PING_PONG] = { "ping-pong",
			       "the pressure is below the threshold that ping-pong has raised" },
	[REASON_BUSY] = { "busy", "another action is under way" },
	[REASON_DISABLED] = { "disabled", "the policy is disabled" },
	[REASON_NO_HYP] = { "no-hyp", "there is no live EL2 that the module could ask" },
};

static const char *const actions[POLICY_ACTIONS] = {
	[POLICY_NONE] = "none",
	[POLICY_TOPUP] = "topup",
	[POLICY_RELEASE] = "release",
	[POLICY_RECLAIM] = "reclaim",
};

static const char *const levels[POLICY_LEVELS] = {
	[LEVEL_NONE] = "none",
	[LEVEL_SOME] = "some",
	[LEVEL_HIGH] = "high",
};

const char *policy_reason_name(enum policy_reason reason)
{
	return reasons[reason].name;
}

const char *policy_reason_text(enum policy_reason reason)
{
	return reasons[reason].text;
}

const char *policy_action_name(enum policy_action action)
{
	return actions[action];
}

const char *policy_level_name(enum policy_level level)
{
	return levels[level];
}
