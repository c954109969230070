"""The benchmarks of `optlab bench` done by other libraries, under the same names, on one thread.

    python3 -m venv references
    references/bin/pip install torch==2.15.0 jax==0.10.2 optax==0.2.8 numpy==2.4.6
    references/bin/pip install matplotlib==3.11.2 pytorch_optimizer==4.1.0
    references/bin/python Tests/References/peers.py [FILTER ...] > peers.jsonl
    references/bin/python Tests/References/peers.py --ratios bench.jsonl peers.jsonl

The first form prints one JSON line a benchmark and library, with the key "peer" in addition to
those of `optlab bench`. The second reads such lines, the lab's and the peers', and prints the lab
beside the best peer; of lines with the same name the best counts, so several rounds may be given.
`make bench-peers PYTHON=references/bin/python` does all of it, the lab first.

Sizes, settings, starts, numbers of steps and of repetitions are those of
Sources/optlab/Benchmark.swift; what counts is the best repetition. Compilation and warming up come
before. Where a library offers several ways, those listed here are tried, and the fastest is printed
and named:

step       torch: fused, foreach and single-tensor (there is no fused RMSprop on CPUs). optax: one
           jitted step a call, buffers donated. pytorch_optimizer where neither of them has the rule, or
           beside them (left out where it is not installed).
           muon: torch.optim.Muon on the weights and AdamW on the biases, as torch has it (its
           iterations in bfloat16, once) and with the cast to bfloat16 taken out of its source.
surface    jax: one jitted loop, the update written out on scalars (or arrays of lanes), in float64,
           unrolled or not; `lanes` as one array or in blocks, `recorded` by lax.scan.
           lbfgs: torch.optim.LBFGS with its strong Wolfe search, the gradient by autograd.
mlp        The images lie in memory as normalised float32; a minibatch is gathered by index.
           torch: autograd and Adam, fused or foreach. optax: one jitted step a call.
cnn        Likewise; torch with fused Adam, in its default memory format and in channels_last. Both
           are printed.
suite      On all processors, as the lab: as many processes with one thread each, started and with
           the data in memory before the clock runs. torch: a process does run after run with the
           fastest optimizer of each kind (fused, or foreach), or all 15 runs of an optimizer at
           once, by torch.func.vmap over learning rates and seeds: whichever is faster over the
           first steps. Done once.
peak       torch.mm.
figures    matplotlib (left out where it is not installed): contourf, contour, path and marks to
           PNG; in one process and, as the lab draws with one process a processor, in a pool of as
           many, which is started and has imported everything before the clock runs.

torch.compile is left out: it needs a C++ compiler at run time, and jax stands for compiled steps.
`plugin/first-result` has no counterpart. Libraries of linear algebra are told to use one thread; a
benchmark whose process takes more than 1.15 times its wall time in processor time is refused.
"""

import argparse
import gzip
import importlib.metadata
import inspect
import json
import math
import multiprocessing
import os
import sys
import tempfile
import time

VERSIONS = {"torch": "2.15.0", "jax": "0.10.2", "optax": "0.2.8", "numpy": "2.4.6"}
OPTIONAL = {"matplotlib": "3.11.2", "pytorch_optimizer": "4.1.0"}
SIZES = [100_000, 1_000_000, 10_000_000]
LANES, LANE_STEPS = 4096, 10_000
REPETITIONS = 7


def found(name):
    try:
        return importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return None


def check_versions():
    wrong = {n: v for n, v in VERSIONS.items() if found(n) != v}
    wrong |= {n: v for n, v in OPTIONAL.items() if found(n) not in (v, None)}
    if wrong:
        for name, version in wrong.items():
            print(f"{name} {version} is needed, not {found(name) or 'none'}", file=sys.stderr)
        sys.exit(
            "install the peers:\n  python3 -m venv references\n  references/bin/pip install "
            + " ".join(f"{n}=={v}" for n, v in (VERSIONS | OPTIONAL).items())
            + "\nand name that Python: make bench-peers PYTHON=references/bin/python")


def use_one_thread():
    """Before the libraries are imported: they size their thread pools by the processors allowed."""
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"
    os.environ["JAX_ENABLE_X64"] = "1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(processors)})
    global jax, jnp, np, optax, torch
    import jax
    import jax.numpy as jnp
    import numpy as np
    import optax
    import torch

    torch.set_num_threads(1)
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    jax.block_until_ready(jnp.zeros(1))
    # All processors again: the kernel may move the one thread away from other processes' work.
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), processors)


def timed(work):
    """Seconds, and seconds of processor time."""
    begin, begin_processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begin, time.process_time() - begin_processor


def race(ways, repetitions=REPETITIONS):
    """Seconds and processor seconds of the ways {peer: work}: the best repetition of each counts.

    The ways take turns, so that a busy moment of the machine does not fall on one of them alone;
    one that is half as slow again as the fastest, the first time, is not repeated.
    """
    for work in ways.values():
        work()
    results = {peer: timed(work) for peer, work in ways.items()}
    limit = 1.5 * min(results.values())[0]
    for _ in range(repetitions - 1):
        for peer in [peer for peer, result in results.items() if result[0] <= limit]:
            results[peer] = min(results[peer], timed(ways[peer]))
    for peer, (seconds, processor) in results.items():
        if processor > 1.15 * seconds:
            sys.exit(f"{peer}: {processor:.3g} s of processor time in {seconds:.3g} s: "
                     "not on one thread")
    return results


def fastest(ways, repetitions=REPETITIONS):
    """Seconds and name of the fastest of the ways."""
    (seconds, _), peer = min((r, peer) for peer, r in race(ways, repetitions).items())
    return seconds, peer


def report(name, unit, amount, ways, repetitions=REPETITIONS):
    """Times the ways of one library, {peer: work}; prints the fastest."""
    seconds, peer = fastest(ways, repetitions)
    show(name, peer, amount / seconds, unit)


def show(name, peer, value, unit):
    line = {"name": name, "peer": peer, "value": float(f"{value:.5g}"), "unit": unit}
    print(json.dumps(line, separators=(",", ":")), flush=True)


# --- step -----------------------------------------------------------------------------------------

TORCH = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "adam": ("Adam", {}),
    "adagrad": ("Adagrad", {}),
    "rmsprop": ("RMSprop", {}),
}
# Those that are timed at a million parameters only.
TORCH_MORE = {
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adamw": ("AdamW", {}),
    "adadelta": ("Adadelta", {}),
    "adamax": ("Adamax", {}),
    "nadam": ("NAdam", {}),
    "radam": ("RAdam", {}),
    "rprop": ("Rprop", {}),
    "asgd": ("ASGD", {}),
}
OPTAX_MORE = {
    "nesterov": lambda: optax.sgd(1e-3, 0.9, nesterov=True),
    "adamw": lambda: optax.adamw(1e-3),
    "adadelta": lambda: optax.adadelta(1e-3),
    "adamax": lambda: optax.adamax(1e-3),
    "nadam": lambda: optax.nadam(1e-3),
    "radam": lambda: optax.radam(1e-3),
    "rprop": lambda: optax.rprop(1e-3),
    "signsgd": lambda: optax.sign_sgd(1e-3),
    "lion": lambda: optax.lion(1e-3),
    "adabelief": lambda: optax.adabelief(1e-3),
    "yogi": lambda: optax.yogi(1e-3),
    "adan": lambda: optax.adan(1e-3),
    "adopt": lambda: optax.contrib.adopt(1e-3),
    "ademamix": lambda: optax.contrib.ademamix(1e-3),
    "optimistic-gd": lambda: optax.optimistic_gradient_descent(1e-3),
    "optimistic-adam": lambda: optax.optimistic_adam(1e-3),
}
PORTS = {
    "qhm": "QHM", "qhadam": "QHAdam", "aggmo": "AggMo", "adabound": "AdaBound", "madgrad": "MADGRAD",
    "adan": "Adan", "adabelief": "AdaBelief", "yogi": "Yogi", "adopt": "ADOPT", "lion": "Lion",
    "ademamix": "AdEMAMix", "laprop": "LaProp", "diffgrad": "DiffGrad", "tiger": "Tiger", "pid": "PID",
    "adai": "Adai", "sgdw": "SGDW", "ftrl": "FTRL", "fadam": "FAdam", "adasmooth": "AdaSmooth",
    "grams": "Grams", "signsgd": "SignSGD",
}
TORCH_WAYS = {"fused": {"fused": True}, "foreach": {"foreach": True}, "single": {"foreach": False}}
OPTAX = {
    "sgd": lambda: optax.sgd(1e-3),
    "momentum": lambda: optax.sgd(1e-3, 0.9),
    "adam": lambda: optax.adam(1e-3),
    "adagrad": lambda: optax.adagrad(1e-3, 0.0, 1e-10),
    "rmsprop": lambda: optax.rmsprop(1e-3, 0.99),
}


def torch_step(optimizer, way, count, steps):
    name, arguments = (TORCH | TORCH_MORE)[optimizer]
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(count, generator=generator)
    x.grad = torch.randn(count, generator=generator)
    rule = getattr(torch.optim, name)([x], lr=1e-3, **arguments, **TORCH_WAYS[way])

    def work():
        for _ in range(steps):
            rule.step()

    return work


def optax_step(optimizer, count, steps):
    rule = (OPTAX | OPTAX_MORE)[optimizer]()
    random = np.random.default_rng(1)
    x = jnp.array(random.standard_normal(count, np.float32))
    gradient = jnp.array(random.standard_normal(count, np.float32))

    def step(x, state, gradient):
        updates, state = rule.update(gradient, state, x)
        return optax.apply_updates(x, updates), state

    step = jax.jit(step, donate_argnums=(0, 1))
    carry = [x, rule.init(x)]

    def work():
        x, state = carry
        for _ in range(steps):
            x, state = step(x, state, gradient)
        carry[:] = jax.block_until_ready([x, state])

    return work


def port_step(name, count, steps):
    import pytorch_optimizer

    generator = torch.Generator().manual_seed(1)
    x = torch.randn(count, generator=generator, requires_grad=True)
    x.grad = torch.randn(count, generator=generator)
    rule = getattr(pytorch_optimizer, name)([x], lr=1e-3)

    def work():
        for _ in range(steps):
            rule.step()

    return work


# There is no fused kernel of these on CPUs.
UNFUSED = {"rmsprop", "adadelta", "adamax", "nadam", "radam", "rprop", "asgd"}


def measure_step(name, optimizer, count):
    count = int(count)
    steps = max(1, 100_000_000 // count)
    amount = count * steps / 1e6
    if optimizer in TORCH | TORCH_MORE:
        ways = [w for w in TORCH_WAYS if w != "fused" or optimizer not in UNFUSED]
        report(name, "Mparam/s", amount,
               {f"torch {way}": torch_step(optimizer, way, count, steps) for way in ways})
    if optimizer in OPTAX | OPTAX_MORE:
        report(name, "Mparam/s", amount, {"optax jit": optax_step(optimizer, count, steps)})
    if optimizer in PORTS and found("pytorch_optimizer"):
        # Several times slower, as a rule: a tenth of the steps is enough to know by how much.
        few = max(1, steps // 10)
        report(name, "Mparam/s", count * few / 1e6,
               {"pytorch_optimizer": port_step(PORTS[optimizer], count, few)}, repetitions=3)


def measure_matrices(name, optimizer, widths):
    """The mean of ten steps on the parameters of an mlp: some do much only every so many steps."""
    import pytorch_optimizer

    generator = torch.Generator().manual_seed(1)
    tensors = mlp_tensors(widths, generator)
    make = {
        "shampoo": lambda: pytorch_optimizer.Shampoo(tensors, lr=0.01),
        "soap": lambda: pytorch_optimizer.SOAP(tensors, lr=3e-3),
        "lamb": lambda: pytorch_optimizer.Lamb(tensors, lr=1e-3),
    }
    rule = make[optimizer]()

    def work():
        for _ in range(10):
            rule.step()

    report(name, "steps/s", 10, {"pytorch_optimizer": work}, repetitions=3)
    if optimizer == "lamb":
        report(name, "steps/s", 10, {"optax jit": optax_lamb(tensors)})


def mlp_tensors(widths, generator):
    """Weights and biases of an mlp, each with a gradient."""
    widths = widths_of(widths)
    shapes = list(zip(widths[1:], widths))
    tensors = [torch.randn(shape, generator=generator) for shape in shapes]
    tensors += [torch.randn(rows, generator=generator) for rows, _ in shapes]
    for tensor in tensors:
        tensor.requires_grad_()
        tensor.grad = torch.randn(tensor.shape, generator=generator)
    return tensors


def optax_lamb(tensors):
    rule = optax.lamb(1e-3)
    x = [jnp.array(tensor.detach().numpy()) for tensor in tensors]
    gradient = [jnp.array(tensor.grad.numpy()) for tensor in tensors]

    def step(x, state, gradient):
        updates, state = rule.update(gradient, state, x)
        return optax.apply_updates(x, updates), state

    step = jax.jit(step, donate_argnums=(0, 1))
    carry = [x, rule.init(x)]

    def work():
        x, state = carry
        for _ in range(10):
            x, state = step(x, state, gradient)
        carry[:] = jax.block_until_ready([x, state])

    return work


def measure_muon(name, widths):
    """One step: Newton-Schulz iterations on the weights, AdamW on the biases."""
    import torch.optim._muon as muon

    widths = widths_of(widths)
    generator = torch.Generator().manual_seed(1)
    shapes = list(zip(widths[1:], widths))
    weights = [torch.randn(shape, generator=generator) for shape in shapes]
    biases = [torch.randn(rows, generator=generator) for rows, _ in shapes]
    for tensor in weights + biases:
        tensor.grad = torch.randn(tensor.shape, generator=generator)
    rules = [torch.optim.Muon(weights), torch.optim.AdamW(biases)]

    def work():
        for rule in rules:
            rule.step()

    report(name, "steps/s", 1, {"torch, in bfloat16": work}, repetitions=1)
    iterations = muon._zeropower_via_newtonschulz
    cast = "grad.to(dtype=torch.bfloat16, copy=True)"
    source = inspect.getsource(iterations)
    assert source.count(cast) == 1
    exec(source.replace(cast, "grad.clone()"), muon.__dict__)
    report(name, "steps/s", 1, {"torch, in float32": work})
    muon._zeropower_via_newtonschulz = iterations


# --- surface --------------------------------------------------------------------------------------


def measure_lbfgs(name, _):
    """Two calls of 20 iterations each from the usual start, again and again."""

    def descend():
        x = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
        rule = torch.optim.LBFGS([x], line_search_fn="strong_wolfe")

        def closure():
            rule.zero_grad()
            loss = 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
            loss.backward()
            return loss

        for _ in range(2):
            rule.step(closure)
        return rule.state[x]["func_evals"]

    evaluations = descend()

    def work():
        for _ in range(10):
            descend()

    report(name, "kevaluations/s", 10 * evaluations / 1e3, {"torch": work})


def rosenbrock(x, y):
    r = y - x * x
    return -400.0 * x * r - 2.0 * (1.0 - x), 200.0 * r


def adam(carry, lr, root):
    """The powers of β are running products, as in the lab: x, y, m, v of each, β₁ᵗ, β₂ᵗ."""
    x, y, mx, my, vx, vy, p1, p2 = carry
    gx, gy = rosenbrock(x, y)
    p1, p2 = 0.9 * p1, 0.999 * p2
    c1, c2 = 1.0 / (1.0 - p1), 1.0 / (1.0 - p2)
    mx, my = 0.9 * mx + 0.1 * gx, 0.9 * my + 0.1 * gy
    vx, vy = 0.999 * vx + 0.001 * (gx * gx), 0.999 * vy + 0.001 * (gy * gy)
    x = x - lr * (c1 * mx) / (root(c2 * vx) + 1e-8)
    y = y - lr * (c1 * my) / (root(c2 * vy) + 1e-8)
    return x, y, mx, my, vx, vy, p1, p2


def momentum(carry, lr, root):
    x, y, vx, vy = carry
    gx, gy = rosenbrock(x, y)
    vx, vy = 0.9 * vx + gx, 0.9 * vy + gy
    return x - lr * vx, y - lr * vy, vx, vy


# The update, its carry at the start (of each lane, and shared by all), the learning rate.
RULES = {
    "adam": (adam, (-1.2, 1.0, 0.0, 0.0, 0.0, 0.0), (1.0, 1.0), 1e-3),
    "momentum": (momentum, (-1.2, 1.0, 0.0, 0.0), (), 1e-4),
}


def descent(optimizer, steps, unroll):
    """A function of learning rates, a scalar or an array of lanes; returns the last points."""
    update, lane, shared, _ = RULES[optimizer]

    def descend(lr):
        carry = tuple(jnp.full_like(lr, v) for v in lane) + tuple(jnp.float64(v) for v in shared)
        carry = jax.lax.fori_loop(
            0, steps, lambda _, c: update(c, lr, jnp.sqrt), carry, unroll=unroll)
        return carry[:2]

    return descend


def recording(optimizer, steps, unroll):
    update, lane, shared, _ = RULES[optimizer]

    def descend(lr):
        def step(carry, _):
            carry = update(carry, lr, jnp.sqrt)
            return carry, carry[:2]

        carry = tuple(jnp.float64(v) for v in lane + shared)
        return jax.lax.scan(step, carry, length=steps, unroll=unroll)[1]

    return descend


def blocks(descend, size):
    return lambda rates: jax.lax.map(descend, rates.reshape(-1, size))


def check_descent(optimizer):
    """The loops compute the descent that plain Python does, after 200 steps."""
    update, lane, shared, lr = RULES[optimizer]
    carry = lane + shared
    for _ in range(200):
        carry = update(carry, lr, math.sqrt)
    rates = jnp.full(64, lr)
    for found in (
        jax.jit(descent(optimizer, 200, 8))(jnp.float64(lr)),
        [v[-1] for v in jax.jit(recording(optimizer, 200, 8))(jnp.float64(lr))],
        [v[-1][-1] for v in jax.jit(blocks(descent(optimizer, 200, 4), 16))(rates)],
    ):
        assert np.allclose(found, carry[:2], rtol=1e-9, atol=0), (optimizer, found, carry)


def measure_surface(name, optimizer, mode):
    base = RULES[optimizer][3]
    check_descent(optimizer)

    def call(function, argument):
        function = jax.jit(function)
        return lambda: jax.block_until_ready(function(argument))

    if mode == "lanes":
        rates = base * (0.5 + 0.5 * jnp.arange(LANES) / LANES)
        ways = {}
        for unroll in (1, 4):
            loop = descent(optimizer, LANE_STEPS, unroll)
            ways[f"jax fori_loop unroll={unroll}"] = call(loop, rates)
            for size in (128, 512, 1024):
                ways[f"jax fori_loop unroll={unroll} blocks of {size}"] = call(
                    blocks(loop, size), rates)
        report(name, "Msteps/s", LANES * LANE_STEPS / 1e6, ways, repetitions=5)
        return
    rate = jnp.float64(base)
    if mode == "single":
        steps, function, how = 5_000_000, descent, "fori_loop"
    else:
        steps, function, how = 1_000_000, recording, "scan"
    ways = {
        f"jax {how} unroll={unroll}": call(function(optimizer, steps, unroll), rate)
        for unroll in (1, 4, 8, 16)
    }
    report(name, "Msteps/s", steps / 1e6, ways)


# --- mlp and cnn ----------------------------------------------------------------------------------

BATCH, TRAINING = 128, 50_000
# Widths, or what makes the layers, and steps of one repetition.
LARGE_MLP = "784-1000-500-100-10"
MLPS = {"784-128-64-10": 400, LARGE_MLP: 40}
CNNS = {"16-32": 30, "2c2d": 6}


def widths_of(network):
    return [int(width) for width in network.split("-")]


def fashion_mnist():
    """The images as normalised float32, and their labels; the first TRAINING are trained on."""
    folder = os.path.join(os.environ.get("OPTLAB_DATA") or "/usr/share/datasets", "fashion-mnist")

    def read(name, header):
        with gzip.open(os.path.join(folder, name)) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 784) / np.float32(255)
    labels = read("train-labels-idx1-ubyte.gz", 8).astype(np.int64)
    training = images[:TRAINING]
    return (images - training.mean()) / training.std(), labels


def minibatches(seed=1):
    """Rows of BATCH indices: every epoch in an order of its own, as in the lab."""
    random = np.random.default_rng(seed)
    while True:
        order = random.permutation(TRAINING)
        for start in range(0, TRAINING - BATCH + 1, BATCH):
            yield order[start:start + BATCH]


def torch_mlp(widths):
    layers = []
    for size, width in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(size, width), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def torch_cnn(network):
    def block(inputs, outputs, size):
        return [torch.nn.Conv2d(inputs, outputs, size, padding=size // 2), torch.nn.ReLU(),
                torch.nn.MaxPool2d(2)]

    if network == "16-32":
        layers = block(1, 16, 3) + block(16, 32, 3) + [
            torch.nn.Flatten(), torch.nn.Linear(32 * 7 * 7, 10)]
    else:
        layers = block(1, 32, 5) + block(32, 64, 5) + [
            torch.nn.Flatten(), torch.nn.Linear(64 * 7 * 7, 1024), torch.nn.ReLU(),
            torch.nn.Linear(1024, 10)]
    return torch.nn.Sequential(*layers)


def torch_training(network, images, labels, steps, memory_format=None, **way):
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    if memory_format:
        network = network.to(memory_format=memory_format)
        images = images.contiguous(memory_format=memory_format)
    rule = torch.optim.Adam(network.parameters(), lr=1e-3, **way)
    order = minibatches()

    def work():
        for _ in range(steps):
            index = torch.from_numpy(next(order))
            loss = torch.nn.functional.cross_entropy(
                network(images.index_select(0, index)), labels.index_select(0, index))
            rule.zero_grad(set_to_none=True)
            loss.backward()
            rule.step()
        assert loss.item() < 3

    return work


def optax_training(widths, images, labels, steps):
    images, labels = jnp.array(images), jnp.array(labels)
    random = np.random.default_rng(1)
    parameters = [
        (jnp.array(random.normal(0, math.sqrt(2 / size), (size, width)), jnp.float32),
         jnp.zeros(width, jnp.float32))
        for size, width in zip(widths, widths[1:])
    ]
    rule = optax.adam(1e-3)

    def loss(parameters, index):
        h = images[index]
        for w, b in parameters[:-1]:
            h = jax.nn.relu(h @ w + b)
        w, b = parameters[-1]
        return optax.softmax_cross_entropy_with_integer_labels(h @ w + b, labels[index]).mean()

    def step(parameters, state, index):
        value, gradient = jax.value_and_grad(loss)(parameters, index)
        updates, state = rule.update(gradient, state, parameters)
        return optax.apply_updates(parameters, updates), state, value

    step = jax.jit(step, donate_argnums=(0, 1))
    carry = [parameters, rule.init(parameters)]
    order = minibatches()

    def work():
        parameters, state = carry
        for _ in range(steps):
            parameters, state, value = step(parameters, state, next(order))
        carry[:] = jax.block_until_ready([parameters, state])
        assert value < 3

    return work


def data_for(name):
    """The data, or nothing, with a word about it."""
    try:
        return fashion_mnist()
    except FileNotFoundError as error:
        print(f"{name} is left out: there is no {error.filename}; install it with "
              "`sudo apt-get install dataset-fashion-mnist`", file=sys.stderr)
        return None


def measure_mlp(name, network):
    data = data_for(name)
    if not data:
        return
    steps, widths = MLPS[network], widths_of(network)
    ways = {}
    for way in ("fused", "foreach"):
        torch.manual_seed(1)
        ways[f"torch {way}"] = torch_training(torch_mlp(widths), *data, steps, **{way: True})
    report(name, "samples/s", steps * BATCH, ways)
    report(name, "samples/s", steps * BATCH,
           {"optax jit": optax_training(widths, *data, steps)})


def measure_cnn(name, network):
    data = data_for(name)
    if not data:
        return
    images, labels = data[0].reshape(-1, 1, 28, 28), data[1]
    steps, ways = CNNS[network], {}
    for peer, memory_format in (("torch fused", None),
                                ("torch fused channels_last", torch.channels_last)):
        torch.manual_seed(1)
        ways[peer] = torch_training(
            torch_cnn(network), images, labels, steps, memory_format, fused=True)
    for peer, (seconds, _) in race(ways).items():
        show(name, peer, steps * BATCH / seconds, "samples/s")


# --- suite ----------------------------------------------------------------------------------------

EPOCH, TRIAL = TRAINING // BATCH, 40
SWEEP_NETWORK, SEEDS = "784-128-64-10", (1, 2, 3)
# Name, fastest form, and settings of each optimizer; the smallest learning rate, of 5 up to 100
# times as much.
SWEEP = {
    "sgd": ("SGD", {"fused": True}, 1e-3),
    "momentum": ("SGD", {"fused": True, "momentum": 0.9}, 1e-4),
    "nesterov": ("SGD", {"fused": True, "momentum": 0.9, "nesterov": True}, 1e-4),
    "adagrad": ("Adagrad", {"fused": True}, 1e-4),
    "rmsprop": ("RMSprop", {"foreach": True}, 1e-4),
    "adam": ("Adam", {"fused": True}, 1e-4),
    "adam amsgrad": ("Adam", {"fused": True, "amsgrad": True}, 1e-4),
    "adamw": ("AdamW", {"fused": True}, 1e-4),
}


def sweep_rates(optimizer):
    return [SWEEP[optimizer][2] * 10 ** (i / 2) for i in range(5)]


def sweep_rule(optimizer, groups):
    name, settings, _ = SWEEP[optimizer]
    return getattr(torch.optim, name)(groups, **settings)


def start_training(barrier):
    """In each process of the pool: one thread, the data, and a few steps to warm up."""
    global np, torch, sweep_data
    import numpy as np
    import torch

    torch.set_num_threads(1)
    images, labels = fashion_mnist()
    sweep_data = torch.from_numpy(images), torch.from_numpy(labels)
    # Both arrangements compute the same: seed 2 at the third rate.
    single = train_one("adam", sweep_rates("adam")[2], 2, steps=3)[0]
    together = [values[1][2] for values in train_together("adam", steps=3)[0]]
    assert np.allclose(single, together, rtol=1e-4), (single, together)
    barrier.wait()


def train_one(optimizer, rate, seed, steps=EPOCH):
    """One run: the losses of its steps, and the validation's loss and accuracy at its end."""
    images, labels = sweep_data
    torch.manual_seed(seed)
    network = torch_mlp(widths_of(SWEEP_NETWORK))
    rule = sweep_rule(optimizer, [{"params": list(network.parameters()), "lr": rate}])
    order, losses = minibatches(seed), []
    for _ in range(steps):
        index = torch.from_numpy(next(order))
        loss = torch.nn.functional.cross_entropy(
            network(images.index_select(0, index)), labels.index_select(0, index))
        rule.zero_grad(set_to_none=True)
        loss.backward()
        rule.step()
        losses.append(loss.item())
    with torch.no_grad():
        outputs, right = network(images[TRAINING:]), labels[TRAINING:]
        accuracy = (outputs.argmax(1) == right).float().mean().item()
        return losses, torch.nn.functional.cross_entropy(outputs, right).item(), accuracy


def train_together(optimizer, steps=EPOCH):
    """All runs of one optimizer at once: every tensor has two axes more, seeds and rates."""
    images, labels = sweep_data
    rates, networks = sweep_rates(optimizer), []
    for seed in SEEDS:
        torch.manual_seed(seed)
        networks.append(list(torch_mlp(widths_of(SWEEP_NETWORK)).parameters()))
    stacked = [torch.stack([torch.stack([p.detach()] * len(rates)) for p in tensors])
               for tensors in zip(*networks)]
    places = [(s, r) for r in range(len(rates)) for s in range(len(SEEDS))]
    views = [[p[place] for p in stacked] for place in places]
    rule = sweep_rule(optimizer, [
        {"params": [p for (_, k), v in zip(places, views) if k == r for p in v], "lr": rate}
        for r, rate in enumerate(rates)])

    def outputs(parameters, x):
        for i in range(0, len(parameters) - 2, 2):
            x = torch.relu(torch.nn.functional.linear(x, parameters[i], parameters[i + 1]))
        return torch.nn.functional.linear(x, *parameters[-2:])

    def loss(parameters, x, y):
        return torch.nn.functional.cross_entropy(outputs(parameters, x), y)

    def over_runs(function):
        """Seeds have minibatches of their own; learning rates share them."""
        return torch.func.vmap(torch.func.vmap(function, (0, None, None)))

    step = over_runs(torch.func.grad_and_value(loss))
    orders, losses = [minibatches(seed) for seed in SEEDS], []
    for _ in range(steps):
        index = torch.from_numpy(np.concatenate([next(order) for order in orders]))
        x = images.index_select(0, index).reshape(len(SEEDS), BATCH, -1)
        y = labels.index_select(0, index).reshape(len(SEEDS), BATCH)
        gradients, values = step(stacked, x, y)
        for place, view in zip(places, views):
            for p, gradient in zip(view, gradients):
                p.grad = gradient[place]
        rule.step()
        losses.append(values.tolist())
    with torch.no_grad():
        # Run after run: all at once would not fit a cache.
        results = [outputs(view, images[TRAINING:]) for view in views]
        right = labels[TRAINING:]
        return losses, [(torch.nn.functional.cross_entropy(z, right).item(),
                         (z.argmax(1) == right).float().mean().item()) for z in results]


def measure_sweep(name, _):
    global np
    import numpy as np

    if not data_for(name):
        return
    processors = len(os.sched_getaffinity(0))
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(processors + 1)
    with context.Pool(processors, start_training, (barrier,)) as pool:
        barrier.wait(timeout=300)

        def one_by_one(optimizers, steps):
            runs = [(optimizer, rate, seed, steps) for optimizer in optimizers
                    for rate in sweep_rates(optimizer) for seed in SEEDS]
            pool.starmap(train_one, runs, chunksize=1)

        def together(optimizers, steps):
            pool.starmap(train_together, [(o, steps) for o in optimizers], chunksize=1)

        ways = {"torch": one_by_one, "torch vmap": together}
        # As many optimizers as there are processes keep all of them at work.
        some = [list(SWEEP)[i % len(SWEEP)] for i in range(processors)]
        trials = [(timed(lambda: ways[peer](some, TRIAL))[0], peer)
                  for _ in range(3) for peer in ways]
        _, peer = min(trials)
        seconds, _ = timed(lambda: ways[peer](SWEEP, EPOCH))
    show(name, f"{peer}, " + ("1 process" if processors == 1 else f"{processors} processes"),
         seconds, "s")


# --- peak -----------------------------------------------------------------------------------------


def measure_product(name, _):
    n = 2048
    generator = torch.Generator().manual_seed(1)
    a, b = (torch.randn(n, n, generator=generator) for _ in range(2))
    c = torch.empty(n, n)
    report(name, "GFLOP/s", 2 * n**3 / 1e9, {"torch.mm": lambda: torch.mm(a, b, out=c)})


# --- figures --------------------------------------------------------------------------------------


def plane(name, x, y):
    if name == "rosenbrock":
        return 100.0 * (y - x**2) ** 2 + (1.0 - x) ** 2
    if name == "beale":
        return sum((c - x * (1.0 - y**k)) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))
    if name == "himmelblau":
        return (x**2 + y - 11.0) ** 2 + (x + y**2 - 7.0) ** 2
    return sum(v**2 + 10.0 * (1.0 - np.cos(2.0 * math.pi * v)) for v in (x, y))


# Window, start, minima.
PLANES = {
    "rosenbrock": ((-2, 2, -1, 3), (-1.2, 1), [(1, 1)]),
    "beale": ((-1, 4.5, -2, 2), (1, 1), [(3, 0.5)]),
    "himmelblau": ((-5.5, 5.5, -5.5, 5.5), (0, 0),
                   [(3, 2), (-2.805, 3.131), (-3.779, -3.283), (3.584, -1.848)]),
    "rastrigin": ((-5.12, 5.12, -5.12, 5.12), (-3.6, 2.7), [(0, 0)]),
}
PICTURES = [(problem, index) for problem in PLANES for index in range(5)]
# The grid on which the lab evaluates a surface for its map.
GRID = (200, 160)


def start_drawing():
    global np, plt
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np


def draw(folder, problem, index):
    """A map with a winding path of 500 steps; levels evenly in the logarithm, as the lab's."""
    (left, right, bottom, top), start, minima = PLANES[problem]
    x, y = np.meshgrid(np.linspace(left, right, GRID[0]), np.linspace(bottom, top, GRID[1]))
    losses = np.log(plane(problem, x, y) + 1e-3)
    figure, axes = plt.subplots(figsize=(8, 6), dpi=100)
    axes.contourf(x, y, losses, 13, cmap="Blues")
    axes.contour(x, y, losses, 13, colors="gray", linewidths=0.7)
    way = np.linspace(0.0, 1.0, 501)
    end = minima[0]
    swing = 0.2 * (1 - way) * np.sin((10 + 5 * index) * way)
    line = [start[k] + (end[k] - start[k]) * way + (-1) ** k * swing for k in (0, 1)]
    axes.plot(*line, linewidth=2.2, label="momentum")
    axes.plot(*zip(*minima), "*k", markersize=12)
    axes.plot(*start, "ok", fillstyle="none", markersize=10)
    axes.set(title=f"The path of an optimizer on {problem}", xlabel="x₀", ylabel="x₁")
    axes.legend()
    figure.savefig(os.path.join(folder, f"{problem}-{index}.png"))
    plt.close(figure)


def measure_figures(name, _):
    if not found("matplotlib"):
        print(f"{name} is left out: matplotlib is not installed", file=sys.stderr)
        return
    start_drawing()
    processors = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        jobs = [(folder, *picture) for picture in PICTURES]

        def one():
            for job in jobs:
                draw(*job)

        ways = {"matplotlib, 1 process": one}
        with multiprocessing.get_context("fork").Pool(processors, start_drawing) as pool:
            if processors > 1:
                ways[f"matplotlib, {processors} processes"] = lambda: pool.starmap(
                    draw, jobs, chunksize=1)
            seconds, peer = fastest(ways, 3)
        show(name, peer, seconds, "s")


# --- command --------------------------------------------------------------------------------------


def benchmarks():
    """(name, measure, its arguments); first those that fork, before threads forbid it."""
    yield "figures/20", measure_figures, ("",)
    yield "suite/mlp-sweep", measure_sweep, ("",)
    for optimizer in TORCH:
        for count in SIZES:
            yield f"step/{optimizer}/{count}", measure_step, (optimizer, count)
    for optimizer in sorted(TORCH_MORE | OPTAX_MORE | PORTS):
        yield f"step/{optimizer}/1000000", measure_step, (optimizer, 1_000_000)
    for network in MLPS:
        yield f"step/muon/{network}", measure_muon, (network,)
    if found("pytorch_optimizer"):
        for optimizer in ("shampoo", "soap", "lamb"):
            yield f"step/{optimizer}/{LARGE_MLP}", measure_matrices, (optimizer, LARGE_MLP)
    for optimizer in RULES:
        for mode in ("single", "recorded", "lanes"):
            yield f"surface/{optimizer}/{mode}", measure_surface, (optimizer, mode)
    yield "surface/lbfgs/evaluations", measure_lbfgs, ("",)
    for network in MLPS:
        yield f"mlp/{network}", measure_mlp, (network,)
    for network in CNNS:
        yield f"cnn/{network}", measure_cnn, (network,)
    yield "peak/sgemm", measure_product, ("",)


def ratios(files):
    """Prints the lab beside the best peer. A ratio above 1 is the lab's lead, whatever the unit."""
    ours, peers, order = {}, {}, []
    for file in files:
        try:
            lines = open(file, encoding="utf-8").read().splitlines()
        except OSError as error:
            sys.exit(f"{file}: {error.strerror}")
        for line in filter(str.strip, lines):
            line = json.loads(line)
            name, unit = line["name"], line["unit"]
            # Larger is better, but for seconds.
            rank = (-1 if unit == "s" else 1) * line["value"]
            entry = (rank, line["value"], unit, line.get("peer", ""))
            table = peers if "peer" in line else ours
            table[name] = max(table.get(name, entry), entry)
            if "peer" not in line and name not in order:
                order.append(name)
    rows = [("benchmark", "ours", "best peer", "ratio", "unit", "which")]
    for name in order:
        _, value, unit, _ = ours[name]
        if name in peers:
            _, other, _, which = peers[name]
            ratio = other / value if unit == "s" else value / other
            rows.append((name, f"{value:.4g}", f"{other:.4g}", f"{ratio:.2f}", unit, which))
        else:
            rows.append((name, f"{value:.4g}", "–", "–", unit, ""))
    widths = [max(len(row[i]) for row in rows) for i in range(6)]
    for row in rows:
        cells = [f"{c:{'>' if i in (1, 2, 3) else '<'}{widths[i]}}" for i, c in enumerate(row)]
        print("  ".join(cells).rstrip())


def main():
    parser = argparse.ArgumentParser(description="Times other libraries at the lab's benchmarks.")
    parser.add_argument("filter", nargs="*", help="only names that contain one of these")
    parser.add_argument("--ratios", nargs="+", metavar="JSONL", help="print a table of these lines")
    parser.add_argument("--check", action="store_true", help="only check what is installed")
    options = parser.parse_args()
    if options.ratios:
        return ratios(options.ratios)
    check_versions()
    if options.check:
        return
    ready = False
    for name, measure, arguments in benchmarks():
        if options.filter and not any(part in name for part in options.filter):
            continue
        if measure not in (measure_figures, measure_sweep) and not ready:
            use_one_thread()
            ready = True
        measure(name, *arguments)


main()
