"""Units of measure and their English names, singular and plural, spelled the American way. A table."""

import re

_PREFIXES = {
    "n": "nano", "µ": "micro", "μ": "micro", "m": "milli", "c": "centi", "d": "deci", "k": "kilo", "M": "mega",
    "G": "giga", "T": "tera",
}  # fmt: skip


def _scaled(base: str, symbol: str, prefixes: str) -> dict[str, tuple[str, str]]:
    return {prefix + symbol: (_PREFIXES[prefix] + base, _PREFIXES[prefix] + base + "s") for prefix in prefixes}


UNITS: dict[str, tuple[str, str]] = {
    **_scaled("meter", "m", "nµμmcdk"), **_scaled("gram", "g", "nµμmk"), **_scaled("liter", "l", "µμmcd"),
    **_scaled("liter", "L", "µμmcd"), **_scaled("second", "s", "nµμm"), **_scaled("watt", "W", "mkMGT"),
    **_scaled("volt", "V", "mk"), **_scaled("amp", "A", "µμm"), **_scaled("byte", "B", "kMGT"),
    **_scaled("pascal", "Pa", "kM"), **_scaled("joule", "J", "kM"), **_scaled("calorie", "cal", "k"),
    "KB": ("kilobyte", "kilobytes"), "Kb": ("kilobit", "kilobits"), "kb": ("kilobit", "kilobits"),
    "Mb": ("megabit", "megabits"), "Gb": ("gigabit", "gigabits"), "PB": ("petabyte", "petabytes"),
    "KiB": ("kibibyte", "kibibytes"), "MiB": ("mebibyte", "mebibytes"), "GiB": ("gibibyte", "gibibytes"),
    "TiB": ("tebibyte", "tebibytes"), "bps": ("bit per second", "bits per second"),
    "kbps": ("kilobit per second", "kilobits per second"), "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"), "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"),
    "THz": ("terahertz", "terahertz"), "kWh": ("kilowatt hour", "kilowatt hours"),
    "MWh": ("megawatt hour", "megawatt hours"), "Wh": ("watt hour", "watt hours"),
    "mAh": ("milliamp hour", "milliamp hours"), "Ah": ("amp hour", "amp hours"), "dB": ("decibel", "decibels"),
    "dBA": ("decibel", "decibels"), "hp": ("horsepower", "horsepower"),
    "rpm": ("revolution per minute", "revolutions per minute"), "bpm": ("beat per minute", "beats per minute"),
    "fps": ("frame per second", "frames per second"), "dpi": ("dot per inch", "dots per inch"),
    "ppm": ("part per million", "parts per million"), "psi": ("pound per square inch", "pounds per square inch"),
    "mph": ("mile per hour", "miles per hour"), "kph": ("kilometer per hour", "kilometers per hour"),
    "mpg": ("mile per gallon", "miles per gallon"), "kmh": ("kilometer per hour", "kilometers per hour"),
    "kt": ("knot", "knots"), "kn": ("knot", "knots"), "ft": ("foot", "feet"), "yd": ("yard", "yards"),
    "yds": ("yard", "yards"), "mi": ("mile", "miles"), "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"), "gal": ("gallon", "gallons"), "qt": ("quart", "quarts"), "pt": ("pint", "pints"),
    "tsp": ("teaspoon", "teaspoons"), "tbsp": ("tablespoon", "tablespoons"),
    "cc": ("cubic centimeter", "cubic centimeters"), "ha": ("hectare", "hectares"), "ac": ("acre", "acres"),
    "sec": ("second", "seconds"), "secs": ("second", "seconds"), "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"), "hr": ("hour", "hours"), "hrs": ("hour", "hours"), "yr": ("year", "years"),
    "yrs": ("year", "years"), "wk": ("week", "weeks"), "wks": ("week", "weeks"), "px": ("pixel", "pixels"),
    "MP": ("megapixel", "megapixels"), "mol": ("mole", "moles"), "lm": ("lumen", "lumens"),
    **{
        f"{short} {unit}": (f"{power} {one}", f"{power} {many}")
        for short, power in (("cu", "cubic"), ("cu.", "cubic"), ("sq", "square"), ("sq.", "square"))
        for unit, one, many in (
            ("ft", "foot", "feet"), ("in", "inch", "inches"), ("yd", "yard", "yards"), ("yds", "yard", "yards"),
            ("mi", "mile", "miles"),
            ("m", "meter", "meters"), ("cm", "centimeter", "centimeters"), ("km", "kilometer", "kilometers"),
        )
    },
    "KG": ("kilogram", "kilograms"), "Kg": ("kilogram", "kilograms"),
    "mbps": ("megabit per second", "megabits per second"),
    "MPH": ("mile per hour", "miles per hour"), "km/h": ("kilometer per hour", "kilometers per hour"),
    "sq ft": ("square foot", "square feet"), "sq mi": ("square mile", "square miles"),
    "sq km": ("square kilometer", "square kilometers"), "sq m": ("square meter", "square meters"),
    "fl oz": ("fluid ounce", "fluid ounces"), "Ω": ("ohm", "ohms"), "kΩ": ("kiloohm", "kiloohms"),
    "MΩ": ("megaohm", "megaohms"), "eV": ("electronvolt", "electronvolts"),
    "keV": ("kiloelectronvolt", "kiloelectronvolts"), "MeV": ("megaelectronvolt", "megaelectronvolts"),
    "GeV": ("gigaelectronvolt", "gigaelectronvolts"), "inch": ("inch", "inches"), "inches": ("inch", "inches"),
    "feet": ("foot", "feet"), "foot": ("foot", "feet"),
}  # fmt: skip
# One letter is a unit only where nothing else is likely: right behind the figures, or a few of them after a space.
TIGHT_UNITS: dict[str, tuple[str, str]] = {
    "m": ("meter", "meters"), "g": ("gram", "grams"), "l": ("liter", "liters"), "L": ("liter", "liters"),
    "s": ("second", "seconds"), "h": ("hour", "hours"), "W": ("watt", "watts"), "V": ("volt", "volts"),
    "N": ("newton", "newtons"), "J": ("joule", "joules"), "in": ("inch", "inches"),
}  # fmt: skip
LOOSE_LETTERS = frozenset("mgLVW")
POWERS = {
    "²": "square ", "2": "square ", "^2": "square ", "³": "cubic ", "3": "cubic ", "^3": "cubic ",
}  # fmt: skip
PER = {
    "s": "second", "h": "hour", "hr": "hour", "sec": "second", "min": "minute", "day": "day", "week": "week",
    "month": "month", "year": "year", "kg": "kilogram", "g": "gram", "l": "liter", "L": "liter", "dl": "deciliter",
    "dL": "deciliter", "ml": "milliliter", "mL": "milliliter", "m": "meter", "m²": "square meter",
    "m2": "square meter", "m³": "cubic meter", "m3": "cubic meter", "s²": "second squared", "s2": "second squared",
    "cm²": "square centimeter", "cm³": "cubic centimeter", "km": "kilometer", "km²": "square kilometer", "mi": "mile",
    "lb": "pound", "mol": "mole", "person": "person",
}  # fmt: skip
# Written with a full stop, which then ends no sentence by itself.
DOTTED = frozenset({
    "ft", "in", "lb", "lbs", "oz", "yd", "yds", "mi", "min", "mins", "sec", "secs", "hr", "hrs", "yr", "yrs", "wk",
    "wks", "gal", "qt", "pt", "tsp", "tbsp", "sq ft", "fl oz", "sq mi", "cu ft", "cu in", "cu yd", "sq in", "sq yd",
    "cu. ft", "cu. in", "cu. yd", "sq. ft", "sq. in", "sq. yd", "sq. mi",
})  # fmt: skip


def spelled(words: str, american: bool) -> str:
    """A unit as this dialect spells it, which is how its dictionary of sounds lists it."""
    return words if american else re.sub(r"(met|lit)er", r"\1re", words)
