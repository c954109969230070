"""The training of a network, done again by torch from what `optlab trace --dump` wrote.

    python3 -m venv references
    references/bin/pip install torch==2.15.0 numpy==2.4.6 pytorch_optimizer==4.1.0
    optlab trace mlp 'adam[lr=1e-3]' --steps 100 --dump mlp-adam
    references/bin/python Tests/References/rerun.py mlp-adam

Initial parameters, order of the data, hyperparameters, learning rates, which images are trained on
and how their bytes are scaled are read from the folder; the images from the files that it names.
Everything is in single precision, on one thread.

Printed are the largest relative difference between the lab's loss before an update and torch's, and
the distance of the last parameters, relative to that from the start. Some trainings are chaotic
(RMSProp and Adagrad, whose first steps have full size even along gradients that are rounding noise;
learning rates near the edge of stability; SOAP, which divides rounding by rounding where the gradient
is diagonal in its eigenbases), and there two right programs part. So three more lines say
how far torch is from torch, started one rounding off, and how far the lab and torch each are from
torch in double precision, where rounding hardly plays a part. With --at-most X the exit code is 1
where the losses of the lab and of torch differ by more.
"""

import argparse
import gzip
import inspect
import json
import pathlib
import sys

import numpy as np
import torch
import torch.optim._muon as torch_muon
from torch import nn

VERSIONS = {"torch": "2.15.0", "numpy": "2.4.6"}
for module in (torch, np):
    found = module.__version__.split("+")[0]
    if found != VERSIONS[module.__name__]:
        sys.exit(f"{module.__name__} {VERSIONS[module.__name__]} is needed, not {found}")

# --- layers: the tensors of one layer, by name, as a module --------------------------------------


def dense(tensors):
    outputs, inputs = tensors["weight"].shape
    layer = nn.Linear(inputs, outputs, bias="bias" in tensors)
    return filled(layer, tensors)


def convolution(tensors):
    outputs, inputs, size, _ = tensors["weight"].shape
    layer = nn.Conv2d(inputs, outputs, size, padding=size // 2, bias="bias" in tensors)
    return filled(layer, tensors)


def batch_normalization(tensors):
    tensors = {"weight": tensors["scale"], "bias": tensors["bias"]}
    # Of vectors or of images, as it comes.
    layer = nn.BatchNorm2d(len(tensors["bias"]))
    layer._check_input_dim = lambda _: None
    return filled(layer, tensors)


# By the name of the layer without its number, and without that of the block that it is in.
LAYERS = {"dense": dense, "convolution": convolution, "batch-normalization": batch_normalization}


def filled(module, tensors):
    """The module with its parameters set; each must be given, and nothing else."""
    parameters = dict(module.named_parameters())
    if parameters.keys() != tensors.keys():
        sys.exit(f"{type(module).__name__} has {sorted(parameters)}, not {sorted(tensors)}")
    with torch.no_grad():
        for name, tensor in tensors.items():
            parameters[name].copy_(tensor)
    return module


def modules(layout, parameters):
    """The modules of all layers that have parameters, by name, in order."""
    layers = {}
    for tensor in layout["tensors"]:
        layer, name = tensor["name"].rsplit(".", 1)
        part = parameters[tensor["offset"]:tensor["offset"] + tensor["count"]]
        layers.setdefault(layer, {})[name] = torch.from_numpy(part).reshape(tensor["shape"])
    made = {}
    for layer, tensors in layers.items():
        kind = layer.split(".")[-1].rstrip("0123456789")
        if kind not in LAYERS:
            sys.exit(f"there is no module for the layer {layer}; known are {', '.join(LAYERS)}")
        made[layer] = LAYERS[kind](tensors)
    return made


# --- networks: what lies between the layers ------------------------------------------------------

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "identity": nn.Identity}


class Residual(nn.Module):
    """relu(body(x) + shortcut(x))"""

    def __init__(self, layers):
        super().__init__()
        body = [layer for name, layer in layers.items() if not name.startswith("shortcut.")]
        shortcut = [layer for name, layer in layers.items() if name.startswith("shortcut.")]
        first, first_norm, second, second_norm = body
        self.body = nn.Sequential(first, first_norm, nn.ReLU(), second, second_norm)
        self.shortcut = nn.Sequential(*shortcut)
        if shortcut:
            # A block with a shortcut of layers halves the image.
            for layer in (first, shortcut[0]):
                layer.stride = (2, 2)

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def mlp(settings, layers):
    *hidden, output = layers.values()
    if settings["activation"] not in ACTIVATIONS:
        sys.exit(f"there is no module for {settings['activation']}; known are "
                 f"{', '.join(ACTIVATIONS)}")
    activation = ACTIVATIONS[settings["activation"]]
    if settings["normalization"] == "batch":
        pairs = zip(hidden[::2], hidden[1::2], strict=True)
    else:
        pairs = ((layer,) for layer in hidden)
    return nn.Sequential(
        nn.Flatten(), *(m for pair in pairs for m in (*pair, activation())), output)


def softmax_regression(settings, layers):
    return nn.Sequential(nn.Flatten(), *layers.values())


def cnn(settings, layers):
    *hidden, output = layers.values()
    modules = []
    for layer in hidden:
        modules.append(layer)
        if settings["normalization"] == "none" or not isinstance(layer, nn.Conv2d):
            modules += [nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*modules, nn.Flatten(), output)


def net_2c2d(settings, layers):
    first, second, third, output = layers.values()
    return nn.Sequential(
        first, nn.ReLU(), nn.MaxPool2d(2), second, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), third,
        nn.ReLU(), output)


def resnet(settings, layers):
    blocks = {}
    for name, layer in layers.items():
        if name.startswith("residual"):
            block, inner = name.split(".", 1)
            blocks.setdefault(block, {})[inner] = layer
    return nn.Sequential(
        layers["convolution1"], layers["batch-normalization1"], nn.ReLU(),
        *(Residual(block) for block in blocks.values()),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), layers["dense1"])


# Settings of problems that are followed in their simplest form only.
PLAIN = {"augmentation": "none", "preprocessing": "normalize", "keep": 1, "l1": 0, "l2": 0,
         "maxNorm": 0}

# By problem: the modules of its layers, connected.
NETWORKS = {"mlp": mlp, "softmax-regression": softmax_regression, "cnn": cnn, "2c2d": net_2c2d,
            "resnet": resnet}

# --- optimizers ----------------------------------------------------------------------------------


def plain(s, parameters):
    return torch.optim.SGD(parameters, weight_decay=s["weightDecay"])


def momentum(s, parameters):
    # A sum of steps and a sum of gradients are the same where the learning rate stays the same.
    return torch.optim.SGD(
        parameters, momentum=s["momentum"], dampening=s["dampening"],
        weight_decay=s["weightDecay"])


def adam(s, parameters):
    return torch.optim.Adam(
        parameters, betas=(s["beta1"], s["beta2"]), eps=s["epsilon"], amsgrad=s["amsgrad"],
        weight_decay=s["weightDecay"])


def adamw(s, parameters):
    return torch.optim.AdamW(
        parameters, betas=(s["beta1"], s["beta2"]), eps=s["epsilon"], amsgrad=s["amsgrad"],
        weight_decay=s["weightDecay"])


def rmsprop(s, parameters):
    return torch.optim.RMSprop(
        parameters, alpha=s["decay"], eps=s["epsilon"], momentum=s["momentum"],
        centered=s["centered"], weight_decay=s["weightDecay"])


def adagrad(s, parameters):
    return torch.optim.Adagrad(
        parameters, eps=s["epsilon"], lr_decay=s["lrDecay"], weight_decay=s["weightDecay"],
        initial_accumulator_value=s["initialAccumulator"])


# Muon's iterations in the precision of the parameters, and not in bfloat16.
ITERATIONS = inspect.getsource(torch_muon._zeropower_via_newtonschulz)
BFLOAT16 = "grad.to(dtype=torch.bfloat16, copy=True)"
assert ITERATIONS.count(BFLOAT16) == 1
exec(ITERATIONS.replace(BFLOAT16, "grad.clone()"), torch_muon.__dict__)


class Muon:
    """torch.optim.Muon for weights, a kernel as outputs x the rest, around what moves all else."""

    def __init__(self, s, parameters, inner):
        parameters = list(parameters)
        weights = [p for p in parameters if p.ndim > 1]
        self.weights = weights if s["last"] else weights[:-1]
        self.matrices = [p.data.view(len(p), -1) for p in self.weights]
        self.muon = torch.optim.Muon(
            self.matrices, momentum=s["momentum"], nesterov=s["nesterov"], eps=s["epsilon"],
            ns_steps=int(s["iterations"]), weight_decay=s["weightDecay"],
            adjust_lr_fn={"original": "original", "match-rms-adamw": "match_rms_adamw",
                          "spectral-unclamped": "spectral_unclamped"}[s["scaling"]])
        self.param_groups = self.muon.param_groups
        kept = {id(p) for p in self.weights}
        self.inner = inner([p for p in parameters if id(p) not in kept])

    def zero_grad(self):
        for p in self.weights:
            p.grad = None
        self.inner.zero_grad()

    def step(self):
        for matrix, p in zip(self.matrices, self.weights, strict=True):
            matrix.grad = p.grad.view_as(matrix)
        self.muon.step()
        self.inner.step()


def soap(s, parameters):
    import pytorch_optimizer

    return pytorch_optimizer.SOAP(
        parameters, betas=(s["beta1"], s["beta2"]), eps=s["epsilon"], weight_decay=s["weightDecay"],
        shampoo_beta=s["shampooBeta"] if s["shampooBeta"] >= 0 else None,
        precondition_frequency=int(s["every"]), max_precondition_dim=int(s["dimension"]),
        precondition_1d=s["vectors"], correct_bias=s["biasCorrection"],
        normalize_gradient=s["normalize"])


def shampoo(s, parameters):
    import pytorch_optimizer

    return pytorch_optimizer.Shampoo(
        parameters, matrix_eps=s["epsilon"], weight_decay=s["weightDecay"],
        weight_decouple=s["decoupled"])


# By name: how it is made, and the settings at which torch has the same update.
OPTIMIZERS = {
    "sgd": (plain, {}),
    "momentum": (momentum, {}),
    "adam": (adam, {"epsilonRoot": 0, "biasCorrection": True}),
    "adamw": (adamw, {"epsilonRoot": 0}),
    "rmsprop": (rmsprop, {"epsilonInRoot": False}),
    "adagrad": (adagrad, {"epsilonInRoot": False}),
    "muon": (Muon, {"addEpsilon": False}),
    "soap": (soap, {}),
    # As the preset pytorch-optimizer; it is torch's only up to a dimension.
    "shampoo": (shampoo, {"beta1": 0, "beta2": 1, "momentum": 0, "every": 1, "merge": False,
                          "grafting": "none", "dimension": 1e6}),
}


def value(text):
    """A hyperparameter as it is written in selections."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def made(term):
    """How the counterpart of one level is made, and its settings."""
    name = term["name"]
    if name not in OPTIMIZERS:
        sys.exit(f"there is no counterpart of {name}; known are {', '.join(OPTIMIZERS)}")
    make, needed = OPTIMIZERS[name]
    settings = {key: value(text) for key, text in term["settings"].items()}
    for key, same in needed.items():
        if settings[key] != same:
            sys.exit(f"torch has no {name} with {key} = {settings[key]}")
    return make, settings


def optimizer(run, parameters):
    make, settings = made(run["optimizer"])
    name = run["optimizer"]["name"]
    varies = len(set(run["learningRates"])) > 1
    if settings.get("momentum") and settings.get("form") == "displacement" and varies:
        sys.exit(f"torch has no {name} whose momentum sums steps of different learning rates")
    if any(schedule["hyperparameter"] != "lr" for schedule in run["schedules"]):
        sys.exit("only schedules of the learning rate are followed")
    if not run["wraps"]:
        return make(settings, parameters)
    if len(run["wraps"]) > 1 or run["wraps"][0]["schedules"]:
        sys.exit("only one wrapper around an optimizer without schedules is followed")

    def inner(rest):
        make, settings = made(run["wraps"][0]["optimizer"])
        found = make(settings, rest)
        for group in found.param_groups:
            group["lr"] = settings["lr"]
        return found

    return make(settings, parameters, inner)


# --- data ----------------------------------------------------------------------------------------

def idx(path, header):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), dtype=np.uint8, offset=header)


def load(folder):
    data = json.loads((folder / "training.json").read_text())["data"]
    if not data["format"].startswith("IDX"):
        sys.exit(f"only images in IDX files are read, not {data['name']}")
    files = data["files"]["trainingAndValidation"]
    examples = np.load(folder / "training-examples.npy")
    images = idx(files["images"], 16).reshape(-1, *data["shape"])[examples]
    labels = idx(files["labels"], 8)[examples]
    scale, shift = np.load(folder / "scale.npy"), np.load(folder / "shift.npy")
    return torch.from_numpy(images * scale + shift), torch.from_numpy(labels.astype(np.int64))


# --- the training --------------------------------------------------------------------------------

ROUNDING = 2.0**-23


def train(run, layout, start, order, data):
    """The losses before each update, and the last parameters, in the precision of the images."""
    problem = run["problem"]["name"]
    if problem not in NETWORKS:
        sys.exit(f"there is no network for {problem}; known are {', '.join(NETWORKS)}")
    settings = run["problem"]["settings"]
    for name, plain_value in PLAIN.items():
        if name in settings and value(settings[name]) != plain_value:
            sys.exit(f"{problem} is followed with {name}={plain_value} only, "
                     f"not {settings[name]}")
    images, labels = data
    network = NETWORKS[problem](settings, modules(layout, start)).to(images.dtype)
    rule = optimizer(run, network.parameters())
    losses = []
    for batch, lr in zip(order, run["learningRates"], strict=True):
        for group in rule.param_groups:
            group["lr"] = lr
        rule.zero_grad()
        loss = nn.functional.cross_entropy(network(images[batch]), labels[batch])
        loss.backward()
        rule.step()
        losses.append(loss.item())
    end = np.concatenate([p.detach().numpy().ravel() for p in network.parameters()])
    return np.array(losses), end


def main():
    parser = argparse.ArgumentParser(description="Trains again what optlab trace --dump wrote.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--at-most", type=float, default=float("inf"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    folder = arguments.folder
    run = json.loads((folder / "run.json").read_text())
    layout = json.loads((folder / "layout.json").read_text())
    start = np.load(folder / "parameters.npy")
    order = torch.from_numpy(np.load(folder / "order.npy").astype(np.int64))
    data = load(folder)

    def again(start, data=data):
        return train(run, layout, start, order, data)

    def parting(ours, theirs):
        """The largest relative difference between losses, and between the last parameters."""
        losses = np.abs(ours[0] - theirs[0]) / np.abs(theirs[0])
        way = np.linalg.norm(ours[1] - theirs[1]) / np.linalg.norm(theirs[1] - start)
        return losses, f"losses part by at most {losses.max():.2g}, parameters by {way:.2g} of the way"

    lab = np.array([float(loss) for loss in run["losses"]]), np.load(folder / "final.npy")
    torchs = again(start)
    difference, text = parting(lab, torchs)
    print(f"{run['problem']['name']}, {run['optimizer']['name']}, {len(order)} steps")
    print(f"  lab and torch: {text} (step {difference.argmax() + 1})")
    moved = start * (1 + ROUNDING * np.random.default_rng(1).choice([-1, 1], len(start)))
    print(f"  torch and torch one rounding off: {parting(again(moved.astype(np.float32)), torchs)[1]}")
    double = again(start, (data[0].double(), data[1]))
    print(f"  lab and double precision: {parting(lab, double)[1]}")
    print(f"  torch and double precision: {parting(torchs, double)[1]}")
    sys.exit(0 if difference.max() <= arguments.at_most else 1)


main()
