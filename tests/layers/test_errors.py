import inspect

import layers.errors
from layers.errors import LayersError, nearest


def test_every_error_of_the_tree_stands_in_its_picture():
    found = inspect.getmembers(layers.errors, inspect.isclass)
    classes = [c for _, c in found if c.__module__ == "layers.errors"]
    assert len(classes) > 20
    for error in classes:
        assert issubclass(error, LayersError)
        assert error.__doc__
        assert error.__name__ in str(layers.errors.__doc__)


def test_the_nearest_word_is_offered_and_no_far_one():
    assert "dose-rate" in nearest("dose-rat", ["dose-rate", "faults"])
    assert nearest("zebra", ["dose-rate", "faults"]) == ""
    assert nearest("", []) == ""
