__version__ = '10.8.4'
