"""Golden data for the networks: outputs, losses, gradients, Hessian-vector products and training
curves as torch has them.

    python3 -m venv references
    references/bin/pip install torch==2.15.0 numpy==2.4.6
    references/bin/python Tests/References/networks.py

writes networks.json beside this file. The cases are in double precision, the curves in single.
Layers are described by small dictionaries, from which this script and the Swift test each make a
network. Parameters, inputs and labels are not stored: both sides compute them by the same formula,
`Numbers`, whose values are exact in either precision; so is the direction of the product. Images are channels × height × width, as
torch has them; a gradient holds each layer's tensors in order, those of a residual block's body
before those of its shortcut.

Each case carries its amplification A: where every parameter, every signal between layers and every
gradient between them is disturbed by the relative amount e, outputs, loss, gradient and product
move by A e at most, in relation to the largest element of each. The disturbance, 2^-20, is above the rounding
errors of single precision, so that a case in which such an error would push a signal over a kink
(of a rectifier, among the rivals of a maximum, at a margin) has an amplification beyond the limit
and is refused.
"""

import json
import os
import random
import sys

import torch
from torch.nn import functional

VERSIONS = {"torch": "2.15.0"}
found = torch.__version__.split("+")[0]
if found != VERSIONS["torch"]:
    sys.exit(f"torch {VERSIONS['torch']} is needed, not {found}")
torch.set_num_threads(1)

PERTURBATION = 2.0**-20
TRIALS = 16
LARGEST_AMPLIFICATION = 10
SMALLEST_GRADIENT = 1e-3
LARGEST_CASE = 900
DIRECTION = 10  # what its seed is beyond that of the parameters

# --- what both sides compute ----------------------------------------------------------------------


class Numbers:
    """Odd multiples of 2^-16 between -1 and 1: the upper halves of a linear congruential sequence.

    Knuth's multiplicative hash of the seed, then the generator of Press et al., Numerical Recipes.
    """

    def __init__(self, seed):
        self.state = seed * 2654435761 % 2**32

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (2 * (self.state >> 16) + 1 - 65536) / 65536

    def tensor(self, shape, dtype):
        count = torch.Size(shape).numel()
        return torch.tensor([self.next() for _ in range(count)], dtype=dtype).reshape(shape)


def bound(fan_in):
    """The largest power of two whose square is at most 6 / fan-in."""
    power = 4.0
    while power * power > 6 / fan_in:
        power /= 2
    return power


def labels_of(seed, examples, classes):
    return torch.tensor([(7 * i + seed) % classes for i in range(examples)])


# --- layers ---------------------------------------------------------------------------------------

ACTIVATIONS = {
    "identity": lambda z: z,
    "relu": functional.relu,
    "leaky-relu": functional.leaky_relu,
    "elu": functional.elu,
    "selu": functional.selu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "step": lambda z: (z > 0).to(z.dtype),
}


class Noise(torch.autograd.Function):
    """Disturbs a signal on its way forward and its gradient on the way back."""

    @staticmethod
    def disturb(x):
        return x * (1 + PERTURBATION * (2 * torch.rand_like(x) - 1))

    @staticmethod
    def forward(context, x):
        return Noise.disturb(x)

    @staticmethod
    def backward(context, gradient):
        return Noise.disturb(gradient)


class Network:
    """A network as described; its parameters come into being in the first pass."""

    def __init__(self, layers, seed, dtype=torch.float64, noisy=False):
        self.layers, self.noisy, self.training = layers, noisy, True
        self.numbers, self.dtype = Numbers(seed), dtype
        self.names, self.tensors, self.running = [], [], []

    def __call__(self, x):
        self.used = self.normalized = 0
        return self.chain(self.layers, self.noise(x))

    def noise(self, x):
        return Noise.apply(x) if self.noisy else x

    def parameter(self, name, *shape):
        """The next parameter. Weights keep signals in size; scales are about 1."""
        if self.used == len(self.tensors):
            tensor = self.numbers.tensor(shape, self.dtype)
            if name == "weight":
                tensor *= bound(torch.Size(shape[1:]).numel())
            else:
                tensor /= 2
            if name == "scale":
                tensor += 1
            self.names.append(name)
            self.tensors.append(tensor.requires_grad_())
        self.used += 1
        return self.noise(self.tensors[self.used - 1])

    def chain(self, layers, x):
        for layer in layers:
            x = self.noise(self.layer(x, **layer))
        return x

    def layer(self, x, kind, activation="identity", **how):
        return ACTIVATIONS[activation](getattr(self, kind.replace("-", "_"))(x, **how))

    def bias(self, outputs, has):
        return self.parameter("bias", outputs) if has else None

    def dense(self, x, outputs, bias=True):
        weight = self.parameter("weight", outputs, x.shape[1])
        return functional.linear(x, weight, self.bias(outputs, bias))

    def maxout(self, x, outputs, pieces):
        weight = self.parameter("weight", pieces * outputs, x.shape[1])
        values = functional.linear(x, weight, self.bias(pieces * outputs, True))
        return torch.max(values.reshape(-1, pieces, outputs), dim=1).values

    def convolution(self, x, outputs, size, stride=1, padding=0, bias=True):
        weight = self.parameter("weight", outputs, x.shape[1], size, size)
        bias = self.bias(outputs, bias)
        return functional.conv2d(x, weight, bias, stride=stride, padding=padding)

    def max_pooling(self, x, size, stride=None, padding=0):
        return functional.max_pool2d(x, size, stride, padding)

    def average_pooling(self, x, size, stride=None, padding=0):
        return functional.avg_pool2d(x, size, stride, padding)

    def global_average_pooling(self, x):
        return functional.adaptive_avg_pool2d(x, 1).flatten(1)

    def batch_normalization(self, x):
        scale, bias = self.parameter("scale", x.shape[1]), self.parameter("bias", x.shape[1])
        if self.normalized == len(self.running):
            self.running.append((torch.zeros(x.shape[1], dtype=self.dtype),
                                 torch.ones(x.shape[1], dtype=self.dtype)))
        mean, variance = self.running[self.normalized]
        self.normalized += 1
        return functional.batch_norm(x, mean, variance, scale, bias, self.training)

    def prelu(self, x):
        return functional.prelu(x, self.parameter("slope", x.shape[1]))

    def activation(self, x):
        return x

    def flatten(self, x):
        return x.flatten(1)

    def unflatten(self, x, shape):
        return x.unflatten(1, shape)

    def residual(self, x, body, shortcut=()):
        return self.chain(body, x) + self.chain(shortcut, x)

    def penalty(self, l1, l2):
        weights = [w for name, w in zip(self.names, self.tensors) if name == "weight"]
        return sum(l1 * w.abs().sum() + l2 * w.square().sum() for w in weights)

    def gradient(self, value):
        """That of a number, as one vector which can be differentiated once more."""
        if not value.requires_grad:
            return torch.zeros(sum(t.numel() for t in self.tensors), dtype=self.dtype)
        gradients = torch.autograd.grad(
            value, self.tensors, create_graph=True, materialize_grads=True)
        return torch.cat([g.flatten() for g in gradients])


# --- losses ---------------------------------------------------------------------------------------


def hinge(z, labels, x):
    """Weston and Watkins'. That of torch, divided by the number of classes, has no second derivative."""
    rows = labels[:, None]
    excess = functional.relu(z - z.gather(1, rows) + 1).scatter(1, rows, 0.0)
    assert torch.allclose(excess.sum(1).mean(), functional.multi_margin_loss(z, labels) * z.shape[1])
    return excess.sum(1).mean()


def perceptron(z, labels, x):
    rows = labels[:, None]
    rival = z.scatter(1, rows, -torch.inf).max(dim=1).values
    return functional.relu(rival - z.gather(1, rows)[:, 0]).mean()


def squared_error(z, t):
    return functional.mse_loss(z, t, reduction="sum") / (2 * len(z))


LOSSES = {
    "softmax-cross-entropy": lambda z, labels, x: functional.cross_entropy(z, labels),
    "hinge": hinge,
    "perceptron": perceptron,
    "squared-error": lambda z, labels, x: squared_error(
        z, functional.one_hot(labels, z.shape[1]).to(z.dtype)),
    "squared-error-of-inputs": lambda z, labels, x: squared_error(z, x),
}

# --- cases ----------------------------------------------------------------------------------------

cases, curves = [], []


def compute(case, noisy=False):
    """Outputs, loss, gradient and Hessian-vector product, each as one vector."""
    network = Network(case["layers"], case["seed"], noisy=noisy)
    shape = (case["examples"], *case["input"])

    def inputs(number):
        return Numbers(case["seed"] + 1 + number).tensor(shape, torch.float64)

    for number in range(case["passes"]):
        network(inputs(number + 1))
    network.training = case["passes"] == 0
    x = inputs(0)
    z = network(x)
    labels = labels_of(case["seed"], case["examples"], z[0].numel())
    loss = LOSSES[case["loss"]](z, labels, x)
    if case["l1"] or case["l2"]:
        loss = loss + network.penalty(case["l1"], case["l2"])
    gradient = network.gradient(loss)
    direction = Numbers(case["seed"] + DIRECTION).tensor(gradient.shape, torch.float64)
    product = network.gradient(gradient @ direction)
    return tuple(r.detach().flatten() for r in (z, loss, gradient, product))


def complete(case):
    """The case with what torch computes, or nothing and the reason why it will not do."""
    results = compute(case)
    if not all(r.isfinite().all() for r in results):
        return None, "not finite"
    if results[2].abs().max() < SMALLEST_GRADIENT:
        return None, "no gradient"
    if results[2].numel() > LARGEST_CASE:
        return None, f"{results[2].numel()} parameters"
    amplification = 0.0
    for _ in range(TRIALS):
        for right, other in zip(results, compute(case, noisy=True)):
            size = right.abs().max()
            moved = (other - right).abs().max() / (size if size > 0 else 1)
            amplification = max(amplification, float(moved) / PERTURBATION)
    if not amplification <= LARGEST_AMPLIFICATION:
        return None, f"amplification {amplification:.0f}"
    outputs, loss, gradient, product = (r.tolist() for r in results)
    return case | {"amplification": round(amplification, 1), "outputs": outputs,
                   "value": loss[0], "gradient": gradient, "product": product}, None


def describe(name, shape, layers, seed, examples=5, loss="softmax-cross-entropy", passes=0,
             l1=0.0, l2=0.0):
    """`passes` > 0: so many training passes on other inputs, then one outside of training."""
    return {"name": name, "input": shape, "layers": layers, "examples": examples, "loss": loss,
            "seed": seed, "passes": passes, "l1": l1, "l2": l2}


def add(name, shape, *layers, **how):
    """Takes the first seed with which the case is well-behaved."""
    for seed in range(101, 131):
        torch.manual_seed(seed)
        case, reason = complete(describe(name, shape, list(layers), seed, **how))
        if case:
            cases.append(case)
            return
    sys.exit(f"{name}: {reason}")


def dense(outputs, activation="identity", **how):
    return {"kind": "dense", "outputs": outputs, "activation": activation, **how}


def convolution(outputs, size, activation="identity", **how):
    return {"kind": "convolution", "outputs": outputs, "size": size, "activation": activation,
            **how}


def normalization(activation="identity"):
    return {"kind": "batch-normalization", "activation": activation}


def residual(*body, shortcut=(), activation="relu"):
    return {"kind": "residual", "body": list(body), "shortcut": list(shortcut),
            "activation": activation}


def max_pooling(size, **how):
    return {"kind": "max-pooling", "size": size, **how}


def average_pooling(size, **how):
    return {"kind": "average-pooling", "size": size, **how}


FLATTEN, PRELU = {"kind": "flatten"}, {"kind": "prelu"}
GLOBAL = {"kind": "global-average-pooling"}
HEAD = [FLATTEN, dense(3)]

for name in ACTIVATIONS:
    add(f"dense {name}", [6], dense(7, name), dense(5, name), dense(3))
add("one linear layer", [6], dense(4))
add("dense without biases", [6], dense(7, "tanh", bias=False), dense(3))
add("dense before an activation layer", [6], dense(7), {"kind": "activation",
    "activation": "selu"}, dense(3))
for loss in ("hinge", "perceptron", "squared-error"):
    add(loss, [6], dense(7, "tanh"), dense(4), loss=loss, examples=8)
add("auto-encoder", [6], dense(3, "sigmoid"), dense(6), loss="squared-error-of-inputs")
add("auto-encoder of images", [2, 3, 4], FLATTEN, dense(5, "tanh"), dense(24),
    {"kind": "unflatten", "shape": [2, 3, 4]}, loss="squared-error-of-inputs")
add("convolutional auto-encoder", [2, 5, 4], convolution(3, 3, "elu", padding=1),
    convolution(2, 3, padding=1), loss="squared-error-of-inputs")
NET = [convolution(3, 3, "tanh"), PRELU, normalization(), FLATTEN, dense(3)]
for name, l1, l2 in (("lasso", 0.01, 0.0), ("ridge", 0.0, 0.03), ("elastic net", 0.01, 0.02)):
    add(name, [2, 5, 4], *NET, l1=l1, l2=l2)

add("convolution", [2, 6, 5], convolution(4, 3, "relu"), *HEAD)
for name in ACTIVATIONS:
    add(f"convolution {name}", [2, 6, 5], convolution(3, 3, name), convolution(2, 3, name), *HEAD)
add("convolution padded", [3, 5, 6], convolution(4, 3, "tanh", padding=1), convolution(
    2, 5, padding=2), *HEAD)
add("convolution with stride", [2, 7, 7], convolution(3, 3, "tanh", stride=2), *HEAD)
add("convolution with a remainder", [2, 8, 6], convolution(3, 3, "tanh", stride=2, padding=1),
    convolution(3, 2, stride=3), *HEAD)
add("convolution 1×1", [4, 3, 4], convolution(3, 1, "tanh"), convolution(5, 1, stride=2), *HEAD)
add("convolution without biases", [2, 5, 5], convolution(3, 3, bias=False), *HEAD)
add("convolution of everything", [3, 4, 4], convolution(6, 4, "tanh"), *HEAD)

add("max pooling", [2, 6, 6], convolution(3, 3, padding=1), max_pooling(2), *HEAD)
add("max pooling with a remainder", [2, 7, 5], convolution(3, 3, padding=1), max_pooling(2), *HEAD)
add("max pooling overlapping and padded", [2, 6, 5], convolution(3, 3, padding=1),
    max_pooling(3, stride=2, padding=1), *HEAD)
add("average pooling", [2, 6, 6], convolution(3, 3, "tanh", padding=1), average_pooling(2), *HEAD)
add("average pooling overlapping and padded", [2, 6, 5], convolution(3, 3, "tanh", padding=1),
    average_pooling(3, stride=2, padding=1), *HEAD)
add("global average pooling", [2, 5, 6], convolution(4, 3, "tanh"), GLOBAL, dense(3))
add("flatten of channels", [3, 2, 4], FLATTEN, dense(5, "tanh"), dense(3))

add("prelu", [6], dense(7), PRELU, dense(3), examples=8)
add("prelu of images", [2, 5, 5], convolution(3, 3), PRELU, convolution(2, 2), PRELU, *HEAD)
for pieces in (1, 2, 3):
    add(f"maxout of {pieces}", [6], {"kind": "maxout", "outputs": 5, "pieces": pieces}, dense(3))

for passes, when in ((0, "in training"), (3, "after training")):
    add(f"batch normalisation {when}", [6], dense(7, bias=False), normalization("relu"), dense(5),
        normalization(), dense(3), examples=12, passes=passes)
    add(f"batch normalisation of inputs {when}", [6], normalization(), dense(3), passes=passes)
    add(f"batch normalisation of images {when}", [2, 6, 5], convolution(3, 3, bias=False),
        normalization("tanh"), convolution(4, 3), normalization(), *HEAD, passes=passes)
    add(f"residual {when}", [3, 5, 5], residual(
        convolution(3, 3, padding=1, bias=False), normalization("relu"),
        convolution(3, 3, padding=1, bias=False), normalization()), *HEAD, passes=passes)
    add(f"residual with a shortcut {when}", [3, 6, 6], convolution(3, 3, "tanh", padding=1),
        residual(
            convolution(4, 3, stride=2, padding=1, bias=False), normalization("relu"),
            convolution(4, 3, padding=1, bias=False), normalization(),
            shortcut=[convolution(4, 1, stride=2, bias=False), normalization()]),
        GLOBAL, dense(3), passes=passes)
add("residual without normalisation", [6], residual(
    dense(7, "tanh"), dense(6), activation="identity"), residual(
    dense(5, "elu"), shortcut=[dense(5)], activation="sigmoid"), dense(3))

# --- networks drawn at random ---------------------------------------------------------------------

SMOOTH_AND_NOT = [name for name in ACTIVATIONS if name != "step"]


def draw_block(draw, channels, side):
    """A residual block on an image, with its channels and side afterwards."""
    stride, outputs = draw.choice([(1, channels), (2, draw.randint(2, 5))])
    body = [convolution(outputs, 3, stride=stride, padding=1, bias=False),
            normalization(draw.choice(SMOOTH_AND_NOT)),
            convolution(outputs, 3, padding=1, bias=False), normalization()]
    shortcut = [convolution(outputs, 1, stride=stride, bias=False), normalization()]
    same = (stride, outputs) == (1, channels)
    block = residual(*body, shortcut=[] if same else shortcut,
                     activation=draw.choice(SMOOTH_AND_NOT))
    return block, outputs, (side - 1) // stride + 1


def draw_images(draw, channels, side):
    """Two to five layers on images, then one that makes them vectors."""
    layers = []
    for _ in range(draw.randint(2, 5)):
        kind = draw.choice(["convolution", "convolution", "max", "average", "normalization",
                            "prelu", "activation", "residual"])
        size, stride = draw.randint(1, 3), draw.randint(1, 2)
        padding = draw.randint(0, size // 2)
        after = (side + 2 * padding - size) // stride + 1
        window = {"stride": stride, "padding": padding}
        if kind in ("convolution", "max", "average") and after < 2:
            continue
        if kind == "convolution":
            channels = draw.randint(2, 5)
            layers.append(convolution(channels, size, draw.choice(SMOOTH_AND_NOT), **window,
                                      bias=draw.random() < 0.7))
        if kind == "max":
            layers.append(max_pooling(size, **window))
        if kind == "average":
            layers.append(average_pooling(size, **window))
        if kind in ("convolution", "max", "average"):
            side = after
        if kind == "normalization":
            layers.append(normalization(draw.choice(SMOOTH_AND_NOT)))
        if kind == "prelu":
            layers.append(PRELU)
        if kind == "activation":
            layers.append({"kind": "activation", "activation": draw.choice(SMOOTH_AND_NOT)})
        if kind == "residual":
            block, channels, side = draw_block(draw, channels, side)
            layers.append(block)
    return layers + [draw.choice([FLATTEN, FLATTEN, GLOBAL])]


def draw_vectors(draw):
    layers = []
    for _ in range(draw.randint(1, 4)):
        width, name = draw.randint(3, 9), draw.choice(SMOOTH_AND_NOT)
        layers.append(draw.choice([
            dense(width, name, bias=draw.random() < 0.7),
            {"kind": "maxout", "outputs": width, "pieces": draw.randint(2, 3)},
            normalization(name), PRELU]))
    return layers


def add_random(count):
    draw, drawn = random.Random(1), 0
    for seed in range(1001, 2001):
        layers = []
        if draw.random() < 0.75:
            channels, side = draw.randint(1, 3), draw.randint(5, 9)
            shape = [channels, side, side]
            layers += draw_images(draw, channels, side)
        else:
            shape = [draw.randint(3, 8)]
        layers += draw_vectors(draw) + [dense(draw.randint(2, 5))]
        how = {"loss": draw.choice([name for name in LOSSES if not name.endswith("inputs")]),
               "examples": draw.randint(4, 9), "passes": draw.choice([0, 0, 3]),
               "l1": draw.choice([0.0, 0.0, 0.01]), "l2": draw.choice([0.0, 0.0, 0.01])}
        torch.manual_seed(seed)
        case, _ = complete(describe(f"random network {drawn + 1}", shape, layers, seed, **how))
        if case:
            cases.append(case)
            drawn += 1
            if drawn == count:
                return
    sys.exit(f"only {drawn} random networks are well-behaved")


add_random(16)

# --- training curves ------------------------------------------------------------------------------

CURVE_STEPS, CURVE_EXAMPLES, CURVE_BATCH, CLASSES = 100, 64, 16, 4
# The Swift test allows 1e-4; in double precision the losses must agree with these to less.
CURVE_AGREEMENT = 2e-5


def train(layers, shape, seed, dtype):
    """The losses of Adam, each before its step; minibatches are taken in order, round and round."""
    network = Network(layers, seed, dtype)
    inputs = Numbers(seed + 1).tensor((CURVE_EXAMPLES, *shape), dtype)
    labels = labels_of(seed, CURVE_EXAMPLES, CLASSES)
    rule, losses = None, []
    for step in range(CURVE_STEPS):
        begin = step * CURVE_BATCH % CURVE_EXAMPLES
        part = slice(begin, begin + CURVE_BATCH)
        loss = functional.cross_entropy(network(inputs[part]), labels[part])
        rule = rule or torch.optim.Adam(network.tensors, lr=1e-3)
        rule.zero_grad()
        loss.backward()
        rule.step()
        losses.append(loss.item())
    return losses


def add_curve(name, shape, *layers):
    for seed in range(501, 531):
        losses = train(layers, shape, seed, torch.float32)
        exact = train(layers, shape, seed, torch.float64)
        difference = max(abs(a - b) / b for a, b in zip(losses, exact))
        if difference < CURVE_AGREEMENT:
            # The last minibatch is the first round's last.
            assert losses[-1] < 0.9 * losses[CURVE_EXAMPLES // CURVE_BATCH - 1], (name, losses)
            curves.append({"name": name, "input": shape, "layers": layers, "seed": seed,
                           "examples": CURVE_EXAMPLES, "batch": CURVE_BATCH, "lr": 1e-3,
                           "losses": [float(f"{loss:.9g}") for loss in losses]})
            return
    sys.exit(f"{name}: single and double precision differ by {difference:.2g}")


add_curve("dense", [12], dense(32, "relu"), dense(16, "tanh"), dense(CLASSES))
add_curve("convolutional", [2, 8, 8], convolution(6, 3, "relu", padding=1), max_pooling(2),
          convolution(8, 3, "relu", padding=1), max_pooling(2), FLATTEN, dense(CLASSES))
# No biases before a normalisation: it takes them out again, and Adam would step along the signs of
# rounding errors.
add_curve("batch normalisation", [2, 8, 8], convolution(6, 3, padding=1, bias=False),
          normalization("relu"), max_pooling(2), FLATTEN, dense(16, bias=False),
          normalization("relu"), dense(CLASSES))

# --- file -----------------------------------------------------------------------------------------


def rows(table):
    """One row a line: small changes make small diffs."""
    return ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in table)


path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "networks.json")
with open(path, "w", encoding="utf-8") as file:
    file.write(f'{{"versions": {json.dumps(VERSIONS)},\n"cases": [\n{rows(cases)}\n],\n'
               f'"curves": [\n{rows(curves)}\n]}}\n')
print(f"networks.json: {len(cases)} cases, {len(curves)} curves, {os.path.getsize(path)} bytes")
