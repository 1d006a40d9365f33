    # Nobody sees it, so whoever fills it in is a program.
    homepage = StringField("Leave this empty", render_kw={"autocomplete": "off", "tabindex": "-1"})
    stamp = HiddenField()
