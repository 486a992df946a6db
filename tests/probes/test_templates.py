"""Templates that a request renders."""

from django.template import Context, Template
from django.template.backends.jinja2 import Jinja2

from loadaudit.probes.recorder import Recorder, SpanKind, recording
from loadaudit.probes.templates import TemplateProbe


def test_a_template_with_another_in_it_is_one_span_and_two_templates() -> None:
    """The time of the inner one is part of the outer one's."""
    inner, outer = Template("{{ a }}"), Template("{% include inner %}!")
    probe, recorder = TemplateProbe(), Recorder(1, 1)
    probe.install()
    try:
        with recording(recorder):
            assert outer.render(Context({"inner": inner, "a": 1})) == "1!"
    finally:
        probe.restore()
    assert recorder.templates == 2
    assert [kind for kind, _, _ in recorder.spans] == [SpanKind.TEMPLATE]


def test_jinja_is_seen_too() -> None:
    """Through Django's backend for it."""
    template = Jinja2({"NAME": "jinja2", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}).from_string("{{ a }}")
    probe, recorder = TemplateProbe(), Recorder(1, 1)
    probe.install()
    try:
        with recording(recorder):
            assert template.render({"a": 1}) == "1"
    finally:
        probe.restore()
    assert recorder.templates == 1
