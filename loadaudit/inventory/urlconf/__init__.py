"""The URLconf as it stands: walked, written as readable routes, with what is shadowed or broken in it."""
