"""The registry of diagnostic codes. A code is never reused and never changes its meaning.

R0xx command line and files · R1xx encoding and syntax · R2xx YAML semantics · R3xx composition and interpolation
R4xx schema · R5xx cross-field · R6xx resources and plan · R7xx matrix and search · R8xx runtime · R9xx our bug
"""

from typing import Literal, NamedTuple


class Code(NamedTuple):
    """What a code means, and how bad it is."""

    name: str
    summary: str
    severity: Literal["error", "warning"] = "error"


CODES: dict[str, Code] = {
    "R001": Code("usage", "The command line cannot be understood."),
    "R002": Code("file-not-found", "A file named on the command line does not exist."),
    "R003": Code("unreadable-file", "A file cannot be read: a folder, a device, no permission."),
    "R004": Code("file-exists", "A file would be overwritten."),
    "R005": Code("unwritable", "A file or folder cannot be written."),
    "R006": Code("cannot-import", "A configuration of another tool cannot be understood."),
    "R007": Code("not-translated", "A part of a configuration that the recipe made of it does not say.", "warning"),
    "R101": Code("too-large", "A recipe is larger than 1 MiB."),
    "R102": Code("not-utf8", "A recipe is not UTF-8."),
    "R103": Code("control-character", "A recipe holds a character that no text should hold."),
    "R104": Code("syntax", "The text is not YAML."),
    "R105": Code("no-map", "The recipe is empty, or its top level is not a map."),
    "R106": Code("several-documents", "A file holds more than one YAML document."),
    "R107": Code("directive", "YAML directives (`%YAML`, `%TAG`) are not part of the language."),
    "R108": Code("invisible-character", "An unquoted character that looks like another, or like nothing.", "warning"),
    "R201": Code("duplicate-key", "A map says one key twice."),
    "R202": Code("too-many-nodes", "The text expands to more than 5,000 values."),
    "R203": Code("too-deep", "Values are nested deeper than 100 levels."),
    "R204": Code("tag", "YAML tags are not part of the language."),
    "R205": Code("alias", "An alias points to no anchor, or into itself."),
    "R206": Code("anchor-twice", "One anchor name is used twice."),
    "R207": Code("merge-key", "`<<` is not part of the language."),
    "R208": Code("key-not-text", "A key is not a plain word."),
    "R209": Code("ambiguous-number", "A number that YAML versions read in different ways."),
    "R210": Code("number-range", "A number that no float or integer setting can hold."),
    "R301": Code("extends", "A recipe named by `extends` cannot be read."),
    "R302": Code("extends-cycle", "Recipes extend each other in a circle."),
    "R303": Code("unknown-profile", "The recipe has no profile of that name."),
    "R304": Code("bad-set", "A `--set` that is not `path=value`, or whose path cannot exist."),
    "R305": Code("unknown-reference", "`${…}` names something that does not exist."),
    "R306": Code("reference-cycle", "`${…}` references lead back to themselves."),
    "R307": Code("missing-environment", "`${env:NAME}` without a default, and NAME is not set."),
    "R308": Code("bad-reference", "`${…}` that cannot be understood."),
    "R401": Code("unknown-word", "No component or task has that name."),
    "R402": Code("unknown-key", "The key is not part of this section."),
    "R403": Code("missing-key", "A key that has no default is missing."),
    "R404": Code("wrong-type", "The value is of another type than the setting."),
    "R405": Code("out-of-range", "The value is outside what the setting allows."),
    "R406": Code("not-a-choice", "The value is none of the words that the setting allows."),
    "R501": Code("mosaic-never-on", "`close_mosaic` covers every epoch.", "warning"),
    "R502": Code("early-stopping-unreachable", "`patience` is not smaller than `epochs`.", "warning"),
    "R503": Code("tracker-twice", "One tracker is listed twice."),
    "R504": Code("unused-setting", "A setting that nothing would read."),
    "R505": Code("warmup-never-ends", "The warm-up lasts as long as the run.", "warning"),
    "R506": Code("scheduler-stops-halfway", "The schedule and the run end at different epochs.", "warning"),
    "R507": Code("scheduler-rises-again", "The schedule raises the rate again before the run ends.", "warning"),
    "R508": Code("scheduler-never-acts", "The run is over before the schedule changes the rate.", "warning"),
    "R509": Code("unknown-metric", "No run of the recipe reports a metric of that name."),
    "R510": Code("delta-too-large", "`min_delta` is more than the metric can ever improve by."),
    "R511": Code("unusual-value", "The value is outside the range that is usual.", "warning"),
    "R512": Code("pattern-matches-nothing", "A pattern of `layer_lr` matches no parameter of the model."),
    "R513": Code("pattern-shadowed", "Earlier patterns of `layer_lr` take all that a later one matches."),
    "R514": Code("gate-impossible", "A gate that asks for nothing, or for what no result can reach."),
    "R515": Code("deterministic-benchmark", "`deterministic` and `cudnn_benchmark` contradict each other."),
    "R516": Code("not-in-this-task", "The component cannot be used in a recipe of this task."),
    "R517": Code("class-weights-count", "There are not as many class weights as classes."),
    "R518": Code("no-layer-rates", "`layer_lr` says neither `rates` nor `decay`, or both."),
    "R519": Code("exclusion-matches-nothing", "A pattern leaves out no parameter of the model.", "warning"),
    "R601": Code("dataset-missing", "A dataset, or a part of it, does not exist."),
    "R602": Code("bad-dataset-file", "A dataset's description cannot be understood."),
    "R603": Code("no-labels", "A dataset has no labels."),
    "R604": Code("bad-label", "A label file has a row that is no label of this dataset."),
    "R605": Code("corrupt-image", "An image cannot be read."),
    "R606": Code("weights-missing", "A file of weights does not exist or is no checkpoint."),
    "R607": Code("no-pretrained-weights", "No pretrained weights were to be had: training from scratch.", "warning"),
    "R608": Code("fact-missing", "An `auto` cannot be answered because a fact is not known."),
    "R609": Code("not-installed", "An optional part of the program is not installed."),
    "R610": Code("stale", "Inputs have changed since the plan was made."),
    "R611": Code("device-missing", "The device is not there."),
    "R612": Code("too-many-workers", "More loader processes than the machine or the dataset can use."),
    "R613": Code("bad-plan", "A plan file cannot be read by this version."),
    "R614": Code("not-enough-memory", "The images do not fit into main memory."),
    "R615": Code("plan-kept", "A run that has begun goes on as it began, though the recipe has changed.", "warning"),
    "R616": Code("no-executor", "Nothing in this version can carry out a section of the recipe."),
    "R617": Code("model-refuses-size", "The model does not take images of the size in which they come to it."),
    "R618": Code("images-left-out", "Images that cannot be read are left out, as the recipe says.", "warning"),
    "R619": Code("image-sizes-differ", "Images that are to make a batch have different sizes."),
    "R620": Code("batch-of-one", "Batch normalization would get a single sample."),
    "R621": Code("no-such-run", "The command line names no run, or more than one."),
    "R622": Code("no-such-weights", "A run has no weights of that name."),
    "R623": Code("no-font", "No font has all characters of a title or of a name that is drawn.", "warning"),
    "R701": Code("unknown-path", "A path of `matrix` or `search.space` leads to no setting."),
    "R702": Code("same-run-twice", "Two combinations of a matrix are the same run."),
    "R703": Code("axis-of-one", "An axis of a matrix, or a choice of a search, has one value only.", "warning"),
    "R704": Code("too-many-runs", "A matrix or a grid stands for more runs than are allowed."),
    "R705": Code("value-refused", "The setting refuses a value that `matrix` or `search.space` would give it."),
    "R706": Code("empty-distribution", "A distribution holds no value."),
    "R707": Code("sampler-mismatch", "The sampler cannot draw from a distribution of the space."),
    "R708": Code("grid-without-grid", "A grid search over a distribution that has no finite grid."),
    "R709": Code("matrix-and-search", "A recipe has a matrix and a search."),
    "R710": Code("objective-reversed", "A search goes the wrong way with its metric.", "warning"),
    "R801": Code("run-failed", "Training stopped with an error."),
    "R802": Code("silent-override", "A live object has another value than the plan."),
    "R803": Code("tracker-failed", "A tracker could not start."),
    "R804": Code("out-of-memory", "The device ran out of memory."),
    "R805": Code("run-in-use", "Another process is working in this run directory."),
    "R806": Code("interrupted", "The run was stopped from outside and can be resumed."),
    "R807": Code("tracker-lost", "A tracker failed during the run; its events were kept.", "warning"),
    "R808": Code("gate-missed", "The result does not reach what the recipe's gates ask for."),
    "R809": Code("cannot-write", "The run directory takes nothing more: the disk is full, or it may not be written."),
    "R810": Code("not-finite", "A loss is NaN or infinite."),
    "R811": Code("amended", "The run goes on with another value of a setting than its plan had.", "warning"),
    "R812": Code("not-for-this-task", "Runs of this task cannot do what the command asks."),
    "R813": Code("parity-failed", "An exported model says other than the network of the run."),
    "R901": Code("internal-error", "The program has a bug."),
}

EXIT_OK, EXIT_INVALID, EXIT_USAGE, EXIT_BUG, EXIT_RUN_FAILED, EXIT_STALE, EXIT_INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def exit_code(codes: list[str]) -> int:
    """The process exit code for the errors of a command: the gravest counts, none is fine."""
    by_code = {"R610": EXIT_STALE, "R806": EXIT_INTERRUPTED}
    by_range = {"R0": EXIT_USAGE, "R8": EXIT_RUN_FAILED, "R9": EXIT_BUG}
    exits = [by_code.get(code, by_range.get(code[:2], EXIT_INVALID)) for code in codes]
    order = [EXIT_BUG, EXIT_INTERRUPTED, EXIT_RUN_FAILED, EXIT_USAGE, EXIT_INVALID, EXIT_STALE]
    return min(exits, key=order.index, default=EXIT_OK)
