"""Golden data for the schedules: what torch, optax and others give, at every step.

    references/bin/python Tests/References/schedules.py

with the packages of `golden.py` writes schedules.json beside this file: for each case a schedule, or
several one after the other, with the hyperparameter's own value, and the value at every step of the
budget. Schedules that read the loss have the losses that they were told, null for NaN. Everything is in
double precision.
"""

import json
import math
import pathlib

import golden
import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import pytorch_optimizer.lr_scheduler as others
import torch

BUDGET = 120
rates = torch.optim.lr_scheduler
cases = []


def add(reference, base, parts, values, losses=None, steps=BUDGET):
    """One case; `parts` are names, with presets, and settings; `values` a list or a function of the
    step."""
    if callable(values):
        values = [float(values(float(t))) for t in range(steps)]
    assert len(values) == steps and np.all(np.isfinite(values)), reference
    case = {
        "reference": reference,
        "base": base,
        "steps": steps,
        "parts": [
            {"name": n, "settings": {k: golden.text(v) for k, v in s.items()}} for n, s in parts
        ],
        "values": values,
    }
    if losses is not None:
        case["losses"] = [None if math.isnan(loss) else loss for loss in losses]
    cases.append(case)


def torch_values(base, make, steps=BUDGET, entry="lr"):
    """What a torch scheduler makes of an entry of the parameter group."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=base, momentum=0.9)
    scheduler = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(float(optimizer.param_groups[0][entry]))
        optimizer.step()
        scheduler.step()
    return values


# constant, step, exponential, inverse-time, cosine, warmup, ramp
add("ConstantLR(factor=1)", 0.1, [("constant", {})],
    torch_values(0.1, lambda o: rates.ConstantLR(o, 1.0)))
add("optax.constant_schedule", 0.1, [("constant", {})], optax.constant_schedule(0.1))
add("StepLR(7, 0.5)", 0.1, [("step", {"every": 7, "gamma": 0.5})],
    torch_values(0.1, lambda o: rates.StepLR(o, 7, 0.5)))
add("optax.exponential_decay(0.1, 11, 0.3, staircase=True)", 0.1,
    [("step", {"every": 11, "gamma": 0.3})],
    optax.exponential_decay(0.1, 11, 0.3, staircase=True))
add("ExponentialLR(0.97)", 0.3, [("exponential", {"gamma": 0.97})],
    torch_values(0.3, lambda o: rates.ExponentialLR(o, 0.97)))
add("optax.exponential_decay(0.3, 10, 0.5)", 0.3,
    [("exponential", {"k": repr(math.log(2) / 10)})], optax.exponential_decay(0.3, 10, 0.5))
add("a exp(-kt)", 0.3, [("exponential", {"k": 0.05})], lambda t: 0.3 * math.exp(-0.05 * t))
add("LambdaLR(1 / (1 + 0.2 t))", 0.3, [("inverse-time", {"k": 0.2})],
    torch_values(0.3, lambda o: rates.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t))))
add("CosineAnnealingLR(120)", 0.1, [("cosine", {})],
    torch_values(0.1, lambda o: rates.CosineAnnealingLR(o, BUDGET)))
add("CosineAnnealingLR(120, 1e-3)", 0.1, [("cosine", {"final": 1e-3})],
    torch_values(0.1, lambda o: rates.CosineAnnealingLR(o, BUDGET, 1e-3)))
add("optax.cosine_decay_schedule(0.1, 120)", 0.1, [("cosine", {})],
    optax.cosine_decay_schedule(0.1, BUDGET))
add("optax.cosine_decay_schedule(0.1, 120, alpha=0.05)", 0.1, [("cosine", {"finalShare": 0.05})],
    optax.cosine_decay_schedule(0.1, BUDGET, alpha=0.05))
add("LinearLR()", 0.1, [("warmup@torch", {})], torch_values(0.1, lambda o: rates.LinearLR(o)))
add("LinearLR(0.01, total_iters=30)", 0.1, [("warmup", {"steps": 30, "start": 0.01})],
    torch_values(0.1, lambda o: rates.LinearLR(o, 0.01, total_iters=30)))
add("optax.linear_schedule(0, 0.1, 25)", 0.1, [("warmup", {"steps": 25})],
    optax.linear_schedule(0.0, 0.1, 25))
add("optax.linear_schedule(0.5, 0.99, 120)", 0.9, [("ramp", {})],
    optax.linear_schedule(0.5, 0.99, BUDGET))
add("SequentialLR(LinearLR(0.1, total_iters=20), CosineAnnealingLR(100))", 0.1,
    [("warmup", {"steps": 20, "start": 0.1}), ("cosine", {})],
    torch_values(0.1, lambda o: rates.SequentialLR(
        o, [rates.LinearLR(o, 0.1, total_iters=20), rates.CosineAnnealingLR(o, BUDGET - 20)],
        [20])))
add("optax.warmup_cosine_decay_schedule(0, 0.1, 20, 120, 0.001)", 0.1,
    [("warmup", {"steps": 20}), ("cosine", {"final": 0.001})],
    optax.warmup_cosine_decay_schedule(0.0, 0.1, 20, BUDGET, 0.001))
add("optax.linear_schedule(0, 0.01, 120)", 0.5, [("ramp", {"from": 0, "to": 0.01})],
    optax.linear_schedule(0.0, 0.01, BUDGET))

# constant before another, cosine with a length and a power
add("ConstantLR(0.3, 40)", 0.1, [("constant", {"steps": 40, "share": 0.3}), ("constant", {})],
    torch_values(0.1, lambda o: rates.ConstantLR(o, 0.3, 40)))
add("optax.cosine_decay_schedule(0.1, 70, 0.1, exponent=1.7)", 0.1,
    [("cosine", {"steps": 70, "finalShare": 0.1, "power": 1.7})],
    optax.cosine_decay_schedule(0.1, 70, 0.1, 1.7))

# untuned warm-up, of Ma and Yarats
add("min(1, (1 - 0.999) / 2 (t + 1))", 0.1, [("warmup@untuned", {})],
    lambda t: 0.1 * min(1, (1 - 0.999) / 2 * (t + 1)), steps=2500)
add("1 - exp(-(1 - 0.999) (t + 1))", 0.1, [("warmup@untuned-exponential", {})],
    lambda t: 0.1 * (1 - math.exp(-(1 - 0.999) * (t + 1))), steps=2500)
add("1 - exp(-0.05 (t + 1)) for 60 steps", 0.1, [("warmup", {"k": 0.05, "steps": 60})],
    lambda t: 0.1 * (1 - math.exp(-0.05 * (t + 1))) if t < 60 else 0.1)

# multistep
for milestones, gamma in (([30, 60, 80], 0.1), ([1, 2, 119], 0.5), ([7, 7, 50], 0.3)):
    add(f"MultiStepLR({milestones}, {gamma})", 0.1,
        [("multistep", {"milestones": "x".join(map(str, milestones)), "gamma": gamma})],
        torch_values(0.1, lambda o: rates.MultiStepLR(o, milestones, gamma)))
add("optax.piecewise_constant_schedule(0.3, {15: 0.2, 90: 0.2})", 0.3,
    [("multistep", {"milestones": "15x90", "gamma": 0.2})],
    optax.piecewise_constant_schedule(0.3, {15: 0.2, 90: 0.2}))
add("MultiStepLR([60, 90])", 0.1, [("multistep", {})],
    torch_values(0.1, lambda o: rates.MultiStepLR(o, [60, 90])))


# inverse-sqrt
def noam(step, model, factor, warmup):
    """The learning rate of section 5.3 of Vaswani et al. 2017, steps from 1."""
    return factor * model**-0.5 * min(step**-0.5, step * warmup**-1.5)


add("Noam, d_model 512, warmup 4000", 1.0, [("inverse-sqrt@noam", {})],
    lambda t: noam(t + 1, 512, 1.0, 4000), steps=5000)
add("Noam, d_model 64, warmup 25, factor 2", 2.0,
    [("inverse-sqrt", {"modelDimension": 64, "warmup": 25})],
    lambda t: noam(t + 1, 64, 2.0, 25))
add("fairseq's inverse_sqrt, warmup 30 from 0", 0.1,
    [("warmup", {"steps": 1}), ("inverse-sqrt", {"warmup": 30})],
    lambda t: 0.1 * t / 30 if t < 30 else 0.1 * 30**0.5 * t**-0.5)
add("LambdaLR((t + 1)^-0.5)", 0.1, [("inverse-sqrt", {})],
    torch_values(0.1, lambda o: rates.LambdaLR(o, lambda t: (t + 1) ** -0.5)))

# linear
add("LinearLR(1, 0.2, 70)", 0.1, [("linear", {"final": 0.2, "steps": 70})],
    torch_values(0.1, lambda o: rates.LinearLR(o, 1.0, 0.2, 70)))
add("LinearLR() as it is", 0.1, [("linear@torch", {})], torch_values(0.1, rates.LinearLR))
add("LinearLR(0.25, 0.75, 120)", 0.1, [("linear", {"start": 0.25, "final": 0.75})],
    torch_values(0.1, lambda o: rates.LinearLR(o, 0.25, 0.75, BUDGET)))
add("optax.linear_schedule(0.3, 0, 120)", 0.3, [("linear", {})],
    optax.linear_schedule(0.3, 0.0, BUDGET))
add("optax.linear_schedule(0.3, 0.06, 40, 25)", 0.3,
    [("linear", {"final": 0.2, "steps": 40, "begin": 25})],
    optax.linear_schedule(0.3, 0.06, 40, 25))

# polynomial
for steps, power in ((120, 0.9), (120, 2.0), (50, 3.5)):
    add(f"PolynomialLR({steps}, {power})", 0.1, [("polynomial", {"power": power, "steps": steps})],
        torch_values(0.1, lambda o: rates.PolynomialLR(o, steps, power)))
add("PolynomialLR()", 0.1, [("polynomial@torch", {})], torch_values(0.1, rates.PolynomialLR))
add("optax.polynomial_schedule(0.3, 0.01, 1.5, 60, 20)", 0.3,
    [("polynomial", {"power": 1.5, "final": 0.01, "steps": 60, "begin": 20})],
    optax.polynomial_schedule(0.3, 0.01, 1.5, 60, 20))
add("optax.polynomial_schedule(0.3, 0.03, 2, 100, 20)", 0.3,
    [("polynomial", {"finalShare": 0.1, "begin": 20})],
    optax.polynomial_schedule(0.3, 0.03, 2, 100, 20))

# cosine-restarts
for first, growth, final in ((10, 1, 0.0), (10, 2, 0.0), (7, 3, 1e-3), (30, 1, 0.01)):
    add(f"CosineAnnealingWarmRestarts({first}, {growth}, {final})", 0.1,
        [("cosine-restarts", {"period": first, "growth": growth, "final": final})],
        torch_values(0.1, lambda o: rates.CosineAnnealingWarmRestarts(o, first, growth, final)))
add("CosineAnnealingWarmRestarts(18, 2)", 0.1, [("cosine-restarts", {})],
    torch_values(0.1, lambda o: rates.CosineAnnealingWarmRestarts(o, 18, 2)))
add("CosineAnnealingWarmRestarts(40)", 0.1, [("cosine-restarts@equal", {})],
    torch_values(0.1, lambda o: rates.CosineAnnealingWarmRestarts(o, 40)))
cycles = [
    dict(init_value=0.002, peak_value=0.1 * 0.7**i, warmup_steps=4, decay_steps=15 * 2**i,
         end_value=0.002)
    for i in range(4)
]
add("optax.sgdr_schedule of 4 cycles", 0.1,
    [("cosine-restarts", {"period": 15, "growth": 2, "warmup": 4, "decay": 0.7,
                          "final": 0.002})],
    optax.sgdr_schedule(cycles))
add("optax.sgdr_schedule of 5 equal cycles", 0.1,
    [("cosine-restarts", {"period": 24, "growth": 1, "finalShare": 0.02})],
    optax.sgdr_schedule([
        dict(init_value=0.1, peak_value=0.1, warmup_steps=0, decay_steps=24, end_value=0.002)
        for _ in range(5)
    ]))


add("pytorch_optimizer.CosineAnnealingWarmupRestarts(30, 1.0, 0.1, 1e-3, 5, 0.8)", 0.1,
    [("cosine-restarts", {"period": 30, "growth": 1, "final": 1e-3, "warmup": 5, "decay": 0.8})],
    torch_values(
        0.1, lambda o: others.CosineAnnealingWarmupRestarts(o, 30, 1.0, 0.1, 1e-3, 5, 0.8)))


# one-cycle
def one_cycle(entry="lr", steps=BUDGET, **arguments):
    return torch_values(
        0.1, lambda o: rates.OneCycleLR(o, 0.1, total_steps=steps, **arguments), steps, entry)


add("OneCycleLR(0.1, 120)", 0.1, [("one-cycle", {})], one_cycle())
add("OneCycleLR(0.1, 120) as preset", 0.1, [("one-cycle@torch", {})], one_cycle())
add("OneCycleLR(0.1, 97, 0.37, linear, 10, 100)", 0.1,
    [("one-cycle", {"rise": 0.37, "interpolation": "linear", "start": 0.1, "final": 1e-3})],
    one_cycle(steps=97, pct_start=0.37, anneal_strategy="linear", div_factor=10,
              final_div_factor=100), steps=97)
add("OneCycleLR(0.1, 120, three_phase=True)", 0.1, [("one-cycle@three-phase", {})],
    one_cycle(three_phase=True))
add("OneCycleLR(0.1, 113, 0.41, linear, three_phase=True)", 0.1,
    [("one-cycle", {"rise": 0.41, "fall": 0.82, "interpolation": "linear"})],
    one_cycle(steps=113, pct_start=0.41, anneal_strategy="linear", three_phase=True), steps=113)
add("momentum of OneCycleLR(0.1, 120)", 0.95, [("one-cycle@momentum", {})],
    one_cycle("momentum"))
add("momentum of OneCycleLR(0.1, 120, three_phase=True, linear, 0.6, 0.8)", 0.8,
    [("one-cycle@momentum", {"fall": 0.6, "peak": 0.75, "interpolation": "linear"})],
    one_cycle("momentum", three_phase=True, anneal_strategy="linear", base_momentum=0.6,
              max_momentum=0.8))
add("optax.cosine_onecycle_schedule(120, 0.1)", 0.1, [("one-cycle@optax", {})],
    optax.cosine_onecycle_schedule(BUDGET, 0.1))
add("optax.cosine_onecycle_schedule(107, 0.3, 0.21, 5, 50)", 0.3,
    [("one-cycle@optax", {"rise": 0.21, "start": 0.2, "final": 0.004})],
    optax.cosine_onecycle_schedule(107, 0.3, 0.21, 5.0, 50.0), steps=107)
add("optax.linear_onecycle_schedule(120, 0.1)", 0.1, [("one-cycle@optax-linear", {})],
    optax.linear_onecycle_schedule(BUDGET, 0.1))
add("optax.linear_onecycle_schedule(107, 0.3, 0.21, 0.7, 5, 50)", 0.3,
    [("one-cycle@optax-linear", {"rise": 0.21, "fall": 0.7, "start": 0.2, "final": 0.004})],
    optax.linear_onecycle_schedule(107, 0.3, 0.21, 0.7, 5.0, 50.0), steps=107)


# cyclic
def cyclic(base, peak, entry="lr", **arguments):
    return torch_values(
        base, lambda o: rates.CyclicLR(o, base_lr=base, max_lr=peak, **arguments), entry=entry)


add("CyclicLR(0.025, 0.1, 15)", 0.1, [("cyclic", {})], cyclic(0.025, 0.1, step_size_up=15))
add("CyclicLR(0.01, 0.1, 13, 22)", 0.1, [("cyclic", {"start": 0.1, "up": 13, "down": 22})],
    cyclic(0.01, 0.1, step_size_up=13, step_size_down=22))
add("CyclicLR(0.025, 0.1)", 0.1, [("cyclic@torch", {})], cyclic(0.025, 0.1))
add("CyclicLR(0.025, 0.1, 11, mode='triangular2')", 0.1, [("cyclic@triangular2", {"up": 11})],
    cyclic(0.025, 0.1, step_size_up=11, mode="triangular2"))
add("CyclicLR(0.02, 0.1, 9, 6, mode='exp_range', gamma=0.98)", 0.02,
    [("cyclic", {"start": 1, "peak": 5, "up": 9, "down": 6, "mode": "exp-range", "gamma": 0.98})],
    cyclic(0.02, 0.1, step_size_up=9, step_size_down=6, mode="exp_range", gamma=0.98))
add("momentum of CyclicLR(0.025, 0.1, 15)", 0.9, [("cyclic@momentum", {})],
    cyclic(0.025, 0.1, "momentum", step_size_up=15))
add("momentum of CyclicLR(0.025, 0.1, 8, 12, 'triangular2', 0.5, 0.8)", 0.8,
    [("cyclic@momentum", {"peak": 0.625, "up": 8, "down": 12, "mode": "triangular2"})],
    cyclic(0.025, 0.1, "momentum", step_size_up=8, step_size_down=12, mode="triangular2",
           base_momentum=0.5, max_momentum=0.8))


# wsd
def wsd(warmup, decay, **arguments):
    return torch_values(0.1, lambda o: others.get_wsd_schedule(
        o, warmup, BUDGET - warmup - decay, decay, **arguments))


add("pytorch_optimizer.get_wsd_schedule(6, 90, 24)", 0.1, [("wsd", {})], wsd(6, 24))
add("pytorch_optimizer.get_wsd_schedule(12, 48, 60, cosine, 0.1)", 0.1,
    [("wsd", {"warmup": 0.1, "decay": 0.5, "shape": "cosine", "final": 0.1})],
    wsd(12, 60, cooldown_type="cosine", min_lr_ratio=0.1))
add("pytorch_optimizer.get_wsd_schedule(6, 90, 24, linear)", 0.1, [("wsd@trapezoidal", {})],
    wsd(6, 24, cooldown_type="linear"))
add("pytorch_optimizer.get_wsd_schedule(0, 84, 36, 1-square)", 0.1,
    [("wsd", {"warmup": 0, "decay": 0.3, "shape": "1-square"})],
    wsd(0, 36, cooldown_type="1-square"))
add("optax.join_schedules of three lines", 0.1,
    [("wsd@trapezoidal", {"warmup": 0.2, "decay": 0.4, "final": 0.25})],
    optax.join_schedules(
        [optax.linear_schedule(0.0, 0.1, 24), optax.constant_schedule(0.1),
         optax.linear_schedule(0.1, 0.025, 48)], [24, 72]))

# piecewise
jumps = {10: 0.5, 50: 3.0, 51: 0.25, 110: 0.0}
settings = {"boundaries": "10x50x51x110", "factors": "0.5x3.0x0.25x0.0"}
add("optax.piecewise_constant_schedule", 0.2, [("piecewise", settings)],
    optax.piecewise_constant_schedule(0.2, jumps))
for kind in ("linear", "cosine"):
    add(f"optax.piecewise_interpolate_schedule({kind})", 0.2,
        [("piecewise", {**settings, "interpolation": kind})],
        optax.piecewise_interpolate_schedule(kind, 0.2, jumps))
add("optax.piecewise_constant_schedule in thirds", 0.2, [("piecewise", {})],
    optax.piecewise_constant_schedule(0.2, {40: 0.3, 80: 0.1}))
add("optax.piecewise_interpolate_schedule(linear) in quarters", 0.2,
    [("piecewise", {"factors": "2x0.5x0.1", "interpolation": "linear"})],
    optax.piecewise_interpolate_schedule("linear", 0.2, {30: 2.0, 60: 0.5, 90: 0.1}))

# one after the other
add("SequentialLR(ConstantLR, LinearLR, MultiStepLR)", 0.1,
    [("constant", {"steps": 15, "share": 0.2}),
     ("linear", {"start": 0.2, "final": 1, "steps": 25}),
     ("multistep", {"milestones": "30x60", "gamma": 0.3})],
    torch_values(0.1, lambda o: rates.SequentialLR(
        o, [rates.ConstantLR(o, 0.2, 1000), rates.LinearLR(o, 0.2, 1.0, 25),
            rates.MultiStepLR(o, [30, 60], 0.3)], [15, 40])))
add("SequentialLR(LinearLR, CosineAnnealingWarmRestarts)", 0.1,
    [("warmup", {"steps": 10, "start": 0.5}),
     ("cosine-restarts", {"period": 20, "growth": 2})],
    torch_values(0.1, lambda o: rates.SequentialLR(
        o, [rates.LinearLR(o, 0.5, 1.0, 10), rates.CosineAnnealingWarmRestarts(o, 20, 2)], [10])))
add("optax.join_schedules of a line, half a cosine, a polynomial and a constant", 0.1,
    [("warmup", {"steps": 10}), ("cosine", {"steps": 30, "finalShare": 0.5}),
     ("polynomial", {"power": 3, "steps": 40, "finalShare": 0.1}),
     ("constant", {"share": 0.1})],
    optax.join_schedules(
        [optax.linear_schedule(0.0, 0.1, 10), optax.cosine_decay_schedule(0.1, 30, 0.5),
         optax.polynomial_schedule(0.1, 0.01, 3, 40), optax.constant_schedule(0.01)],
        [10, 40, 80]))
add("optax.warmup_exponential_decay_schedule(0, 0.1, 20, 10, 0.5)", 0.1,
    [("warmup", {"steps": 20}), ("exponential", {"k": repr(math.log(2) / 10)})],
    optax.warmup_exponential_decay_schedule(0.0, 0.1, 20, 10, 0.5))

# plateau: losses that fall and stall, with noise, with NaN
random = np.random.default_rng(7)
STEPS = 250
t = np.arange(STEPS)
falling = 1 / (1 + 0.1 * t)
stalling = np.maximum(np.exp(-0.05 * t), 0.1)
noisy = np.round(np.exp(-0.02 * t) + 0.05 * random.standard_normal(STEPS), 4)
negative = -2 + np.exp(-0.02 * t) + 0.2 * random.standard_normal(STEPS)
broken = noisy.copy()
broken[random.integers(0, STEPS, 30)] = math.nan
broken[150:190] = 1e308
broken[0] = math.nan
LOSSES = {"falling": falling, "stalling": stalling, "noisy": noisy, "negative": negative,
          "broken": broken}


def torch_plateau(losses, base, **arguments):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=base)
    scheduler = rates.ReduceLROnPlateau(optimizer, **arguments)
    values = []
    for loss in losses:
        values.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step(float(loss))
    return values


def optax_plateau(losses, base, **arguments):
    transform = optax.contrib.reduce_on_plateau(**arguments)
    state = transform.init(jnp.ones(()))
    update = jax.jit(lambda state, loss: transform.update(jnp.asarray(base), state, value=loss))
    values = []
    for loss in losses:
        scaled, state = update(state, float(loss))
        values.append(float(scaled))
    return values


for name, losses in LOSSES.items():
    losses = np.where(np.abs(losses) < 1e9, np.round(losses, 4), losses)

    def plateau(reference, settings, values, preset="", base=0.1):
        add(f"{reference}, {name} loss", base, [("plateau" + preset, settings)], values, losses,
            STEPS)

    plateau("ReduceLROnPlateau()", {}, torch_plateau(losses, 0.1))
    plateau("ReduceLROnPlateau(0.5, 4, threshold=0.05, cooldown=7, min_lr=1e-3)",
            {"factor": 0.5, "patience": 4, "relative": 0.05, "cooldown": 7, "minimum": 1e-3},
            torch_plateau(losses, 0.1, factor=0.5, patience=4, threshold=0.05, cooldown=7,
                          min_lr=1e-3))
    plateau("ReduceLROnPlateau(0.7, 0, 'abs', threshold=0.02, eps=1e-3)",
            {"factor": 0.7, "patience": 0, "relative": 0, "absolute": 0.02, "leastDrop": 1e-3},
            torch_plateau(losses, 0.1, factor=0.7, patience=0, threshold_mode="abs",
                          threshold=0.02, eps=1e-3))
    plateau("optax.contrib.reduce_on_plateau()", {}, optax_plateau(losses, 0.1), "@optax")
    plateau("optax.contrib.reduce_on_plateau(0.6, 3, 0.01, 0.02, 5, min_scale=0.05)",
            {"factor": 0.6, "patience": 2, "relative": 0.01, "absolute": 0.02, "cooldown": 5,
             "minimumShare": 0.05},
            optax_plateau(losses, 0.1, factor=0.6, patience=3, rtol=0.01, atol=0.02, cooldown=5,
                          min_scale=0.05), "@optax")
    plateau("optax.contrib.reduce_on_plateau(0.5, 2, accumulation_size=8)",
            {"factor": 0.5, "patience": 1, "every": 8},
            optax_plateau(losses, 0.1, factor=0.5, patience=2, accumulation_size=8), "@optax")
# Losses are told to the schedule that is in force.
add("ReduceLROnPlateau after 20 steps of LinearLR", 0.1,
    [("warmup", {"steps": 20}), ("plateau", {"patience": 5})],
    [0.1 * i / 20 for i in range(20)] + torch_plateau(noisy[20:], 0.1, patience=5), noisy, STEPS)

path = pathlib.Path(__file__).with_suffix(".json")
body = ",\n".join(json.dumps(case) for case in cases)
path.write_text(f'{{"versions": {json.dumps(golden.VERSIONS)},\n"cases": [\n{body}\n]}}\n')
print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")
