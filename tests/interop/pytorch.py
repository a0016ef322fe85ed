"""Continues training from an exported state in PyTorch and compares with ours.

usage: pytorch.py SERVED.safetensors BEFORE.safetensors BATCH.safetensors
                  AFTER.safetensors STEPS LEARNING_RATE

SERVED is the weights file that BEFORE was exported from: its first weight, in
bytes, must be the very floats of the export. Prints one line of JSON: the largest
difference of a parameter and of a moment.
"""

import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file

*paths, steps, learning_rate = sys.argv[1:]


class Tandem(torch.nn.Module):
    def __init__(self, sizes, heads):
        super().__init__()
        widths = [sizes["inputs"], *sizes["hidden"]]
        self.trunk = torch.nn.ModuleList(
            torch.nn.Linear(i, o) for i, o in zip(widths, widths[1:])
        )
        self.head = torch.nn.ModuleDict({
            head["name"]: torch.nn.Linear(widths[-1], len(head.get("labels", [0])))
            for head in heads
        })

    def forward(self, x):
        for layer in self.trunk:
            x = torch.relu(layer(x))
        x = (x[: len(x) // 2] + x[len(x) // 2 :]) / 2  # images, mirror images
        return {name: layer(x) for name, layer in self.head.items()}


def loss_of(head, logits, labels):
    """The mean loss over the examples that have a label."""
    known = ~labels.isnan()
    logits, labels = logits[known], labels[known]
    functional = torch.nn.functional
    if head["kind"] == "classes":
        return functional.cross_entropy(logits, labels.long())
    if head["kind"] == "binary":
        return functional.binary_cross_entropy_with_logits(logits[:, 0], labels.float())
    target = (labels - head["mean"]) / head["standardDeviation"]
    return functional.mse_loss(logits[:, 0], target.float())


def make_optimizer(model, name, options):
    weights = [p for n, p in model.named_parameters() if n.endswith("weight")]
    biases = [p for n, p in model.named_parameters() if n.endswith("bias")]
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    groups = [
        {"params": weights, "weight_decay": options.get("weightDecay", 0)},
        {"params": biases, "weight_decay": 0},
    ]
    return kind(
        groups,
        lr=float(learning_rate),
        betas=(options["beta1"], options["beta2"]),
        eps=options["epsilon"],
    )


torch.manual_seed(0)
with safe_open(paths[1], "pt") as file:
    metadata = file.metadata()
served, before, batch, after = map(load_file, paths)

in_bytes, scale = served["trunk.0.weight"], served["trunk.0.weight.scale"]
if in_bytes.dtype != torch.int8:
    sys.exit(f"trunk.0.weight is of {in_bytes.dtype}, not in bytes")
if not torch.equal(in_bytes.float() * scale[:, None], before["trunk.0.weight"]):
    sys.exit("trunk.0.weight in bytes is not that of the export")

heads = json.loads(metadata["heads"])
model = Tandem(json.loads(metadata["sizes"]), heads)
names = list(model.state_dict())
model.load_state_dict({name: before[name] for name in names}, strict=True)
described = json.loads(metadata["optimizer"])
optimizer = make_optimizer(model, described["name"], described["options"])
for name, parameter in model.named_parameters():
    if f"optim.{name}.step" in before:
        optimizer.state[parameter] = {
            "step": before[f"optim.{name}.step"].float().reshape(()),
            "exp_avg": before[f"optim.{name}.exp_avg"].clone(),
            "exp_avg_sq": before[f"optim.{name}.exp_avg_sq"].clone(),
        }

for _ in range(int(steps)):
    optimizer.zero_grad()
    outputs = model(batch["x"])
    sum(
        loss_of(head, outputs[head["name"]], batch[head["name"]]) for head in heads
    ).backward()
    optimizer.step()

parameters = dict(model.named_parameters())
difference = {"parameter": 0.0, "moment": 0.0}
for name in names:
    state = optimizer.state[parameters[name]]
    if int(state["step"]) != int(after[f"optim.{name}.step"]):
        sys.exit(f"{name} has taken {int(state['step'])} steps here, "
                 f"{int(after[f'optim.{name}.step'])} there")
    for kind, ours, theirs in [
        ("parameter", after[name], parameters[name].detach()),
        ("moment", after[f"optim.{name}.exp_avg"], state["exp_avg"]),
        ("moment", after[f"optim.{name}.exp_avg_sq"], state["exp_avg_sq"]),
    ]:
        if ours.shape != theirs.shape:
            sys.exit(f"{name} is {list(ours.shape)} here, {list(theirs.shape)} there")
        largest = (ours - theirs).abs().max().item()
        difference[kind] = max(difference[kind], largest)
print(json.dumps(difference))
