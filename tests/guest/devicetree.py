# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine's device tree with what QEMU does not describe by itself."""
import subprocess

# Idle state by PSCI CPU_SUSPEND in which a CPU loses its state (power_state: bit 16). QEMU
# cannot do it, CPUs hang there: so it pays only for an idleness that no governor foresees, and
# is used by suspend-to-idle alone, which takes the deepest state.
SLEEP = {
    "arm,psci-suspend-param": 0x10000,
    "entry-latency-us": 100,
    "exit-latency-us": 100,
    "min-residency-us": 0xffffffff,
    "phandle": 0xf000,
}
IDLE_STATES = "/cpus/idle-states"


def put(path, node, name, kind, value):
    """Set a property; kind as fdtput(1) takes it."""
    subprocess.run(["fdtput", "-t", kind, path, node, name, str(value)], check=True)


def add_idle_state(path, smp):
    """Give every CPU an idle state from which it wakes without its registers."""
    sleep = f"{IDLE_STATES}/cpu-sleep"
    subprocess.run(["fdtput", "-c", path, IDLE_STATES, sleep], check=True)
    put(path, IDLE_STATES, "entry-method", "s", "psci")
    put(path, sleep, "compatible", "s", "arm,idle-state")
    for name, value in SLEEP.items():
        put(path, sleep, name, "u", value)
    for cpu in range(smp):
        put(path, f"/cpus/cpu@{cpu}", "cpu-idle-states", "u", SLEEP["phandle"])
